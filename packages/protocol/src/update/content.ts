import { checkJson } from "../json-check.js";
import { WireLimits } from "../limits.js";
import { MalformedError } from "../malformed.js";
import { checkUtf8, type Reader } from "../reader.js";

/** Reads past the content of an item. @returns how many clocks it takes. */
export function skipContent(reader: Reader, ref: number): number {
  switch (ref) {
    case 1: // deleted
      return reader.varUint();
    case 2: // JSON, one string each
      return skipMany(reader, skipJsonOrUndefined);
    case 3: // binary
      reader.varBytes();
      return 1;
    case 4: // text
      return reader.varText();
    case 5: // embed
      checkJson(reader.varString());
      return 1;
    case 6: // format: key and value
      reader.varText();
      checkJson(reader.varString());
      return 1;
    case 7: // shared type
      skipType(reader);
      return 1;
    case 8: // any
      return skipMany(reader, (each) => skipAny(each, 0));
    case 9: // subdocument: guid and options
      reader.varText();
      if (reader.byte() !== ANY_OBJECT) throw new MalformedError("a subdocument without options");
      skipEntries(reader, 0, isGuid);
      return 1;
    default:
      throw new MalformedError("unknown content");
  }
}

function skipMany(reader: Reader, skip: (reader: Reader) => void): number {
  const count = reader.varUint();
  if (count > reader.remaining) throw new MalformedError("more values than bytes");
  for (let i = 0; i < count; i++) skip(reader);
  return count;
}

function skipJsonOrUndefined(reader: Reader): void {
  const text = reader.varString();
  if (text !== "undefined") checkJson(text);
}

const TYPE_XML_ELEMENT = 3;
const TYPE_XML_HOOK = 5;
const LAST_TYPE = 6;

function skipType(reader: Reader): void {
  const type = reader.varUint();
  if (type > LAST_TYPE) throw new MalformedError("unknown shared type");
  if (type === TYPE_XML_ELEMENT || type === TYPE_XML_HOOK) reader.varText();
}

const ANY_BYTES = 116;
const ANY_ARRAY = 117;
const ANY_OBJECT = 118;

/** lib0's `any`: a tag and then the value. */
function skipAny(reader: Reader, depth: number): void {
  if (depth > WireLimits.nesting) throw new MalformedError("value nested too deeply");
  switch (reader.byte()) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return;
    case 125: // integer
      reader.skipVarInt();
      return;
    case 124: // float32
      reader.skip(4);
      return;
    case 123: // float64
    case 122: // bigint
      reader.skip(8);
      return;
    case 119: // string
      reader.varText();
      return;
    case ANY_OBJECT:
      skipEntries(reader, depth, isPrototype);
      return;
    case ANY_ARRAY: {
      const count = reader.varUint();
      if (count > reader.remaining) throw new MalformedError("more values than bytes");
      for (let i = 0; i < count; i++) skipAny(reader, depth + 1);
      return;
    }
    case ANY_BYTES:
      reader.varBytes();
      return;
    default:
      throw new MalformedError("unknown value");
  }
}

/** Whether a key, with the tag of its value, makes an object that Yjs cannot write again. */
type KeyTest = (key: Uint8Array, valueTag: number | undefined) => boolean;

function skipEntries(reader: Reader, depth: number, poisonous: KeyTest): void {
  const count = reader.varUint();
  if (count > reader.remaining / 2) throw new MalformedError("more values than bytes");
  for (let i = 0; i < count; i++) {
    const key = reader.varBytes();
    checkUtf8(key);
    if (poisonous(key, reader.bytes[reader.position])) throw new MalformedError("forbidden key");
    skipAny(reader, depth + 1);
  }
}

const PROTOTYPE = new TextEncoder().encode("__proto__");
const GUID = new TextEncoder().encode("guid");

/** lib0 assigns values to keys; an object whose prototype are bytes is written as bytes. */
const isPrototype: KeyTest = (key, valueTag) => valueTag === ANY_BYTES && equal(key, PROTOTYPE);

/** Yjs lets the options replace the guid, by something that need not be text. */
const isGuid: KeyTest = (key) => equal(key, GUID);

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
