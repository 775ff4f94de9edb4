import {
  createEncoder,
  toUint8Array,
  writeUint8,
  writeUint8Array,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
} from "lib0/encoding";
import { MalformedError } from "./malformed.js";
import type { Reader } from "./reader.js";

/**
 * Messages that both dialects share, and those of each. A Hocuspocus message is the same behind
 * an address, plus some types of its own; see `hocuspocus.ts`.
 */
export const MessageType = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  stateless: 5,
  close: 7,
  syncStatus: 8,
  settled: 80,
  refused: 81,
} as const;

const SyncType = { step1: 0, step2: 1, update: 2 } as const;

/** What a y-websocket client may say. Bytes are views into the message. */
export type ClientMessage =
  | { readonly type: "step1"; readonly stateVector: Uint8Array }
  | { readonly type: "step2" | "update"; readonly update: Uint8Array }
  | { readonly type: "awareness"; readonly update: Uint8Array }
  | { readonly type: "queryAwareness" }
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "stateless" }
  | { readonly type: "close" };

export type Dialect = "y-websocket" | "hocuspocus";

/**
 * Reads one message from behind the address, if the dialect has one.
 * @throws MalformedError
 */
export function decodeClientMessage(reader: Reader, dialect: Dialect): ClientMessage {
  const type = reader.varUint();
  switch (type) {
    case MessageType.sync:
      return decodeSync(reader);
    case MessageType.awareness: {
      const update = reader.varBytes();
      reader.end();
      return { type: "awareness", update };
    }
    case MessageType.queryAwareness:
      reader.end();
      return { type: "queryAwareness" };
  }
  if (dialect === "hocuspocus") {
    switch (type) {
      case MessageType.auth:
        return decodeAuth(reader);
      case MessageType.stateless:
        return { type: "stateless" };
      case MessageType.close:
        reader.end();
        return { type: "close" };
    }
  }
  throw new MalformedError(`unknown message type ${type}`);
}

function decodeSync(reader: Reader): ClientMessage {
  const type = reader.varUint();
  const body = reader.varBytes();
  reader.end();
  switch (type) {
    case SyncType.step1:
      return { type: "step1", stateVector: body };
    case SyncType.step2:
      return { type: "step2", update: body };
    case SyncType.update:
      return { type: "update", update: body };
    default:
      throw new MalformedError(`unknown sync message ${type}`);
  }
}

/** The version of the client's package may follow the token; it does not matter here. */
function decodeAuth(reader: Reader): ClientMessage {
  if (reader.varUint() !== 0) throw new MalformedError("unknown auth message");
  return { type: "auth", token: reader.varString() };
}

const NO_PREFIX = new Uint8Array(0);

type SyncKind = keyof typeof SyncType;

export function encodeSync(
  kind: SyncKind,
  body: Uint8Array,
  prefix: Uint8Array = NO_PREFIX,
): Uint8Array {
  const head = encodeSyncHead(kind, body.length, prefix);
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return message;
}

/** What stands before the body of a sync message. */
export function encodeSyncHead(
  kind: SyncKind,
  bodyLength: number,
  prefix: Uint8Array = NO_PREFIX,
): Uint8Array {
  let lengthBytes = 1;
  for (let rest = bodyLength; rest >= 0x80; rest = Math.floor(rest / 0x80)) lengthBytes++;
  const head = new Uint8Array(prefix.length + 2 + lengthBytes);
  head.set(prefix);
  let offset = prefix.length;
  head[offset++] = MessageType.sync;
  head[offset++] = SyncType[kind];
  let rest = bodyLength;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head[offset++] = 0x80 | (rest % 0x80);
  head[offset] = rest;
  return head;
}

export function encodeAwarenessMessage(
  update: Uint8Array,
  prefix: Uint8Array = NO_PREFIX,
): Uint8Array {
  const encoder = createEncoder();
  writeUint8Array(encoder, prefix);
  writeUint8(encoder, MessageType.awareness);
  writeVarUint8Array(encoder, update);
  return toUint8Array(encoder);
}

/** To a y-websocket client that asked for acknowledgements: the first `count` are durable. */
export function encodeSettled(count: number): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, MessageType.settled);
  writeVarUint(encoder, count);
  return toUint8Array(encoder);
}

/** To a y-websocket client that asked for acknowledgements: message `number` was refused. */
export function encodeRefused(number: number, reason: string): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, MessageType.refused);
  writeVarUint(encoder, number);
  writeVarString(encoder, reason);
  return toUint8Array(encoder);
}
