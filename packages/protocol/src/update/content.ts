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
      return checkUtf8(reader.varBytes());
    case 5: // embed
      checkJson(reader.varString());
      return 1;
    case 6: // format: key and value
      reader.varString();
      checkJson(reader.varString());
      return 1;
    case 7: // shared type
      skipType(reader);
      return 1;
    case 8: // any
      return skipMany(reader, (each) => skipAny(each, 0));
    case 9: // subdocument: guid and options
      reader.varString();
      if (reader.bytes[reader.position] !== ANY_OBJECT) {
        throw new MalformedError("a subdocument without options");
      }
      skipAny(reader, 0);
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
  if (type === TYPE_XML_ELEMENT || type === TYPE_XML_HOOK) reader.varString();
}

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
      checkUtf8(reader.varBytes());
      return;
    case ANY_OBJECT: {
      const count = reader.varUint();
      if (count > reader.remaining / 2) throw new MalformedError("more values than bytes");
      for (let i = 0; i < count; i++) {
        checkUtf8(reader.varBytes());
        skipAny(reader, depth + 1);
      }
      return;
    }
    case 117: {
      const count = reader.varUint();
      if (count > reader.remaining) throw new MalformedError("more values than bytes");
      for (let i = 0; i < count; i++) skipAny(reader, depth + 1);
      return;
    }
    case 116: // bytes
      reader.varBytes();
      return;
    default:
      throw new MalformedError("unknown value");
  }
}
