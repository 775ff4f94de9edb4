import {
  createEncoder,
  toUint8Array,
  writeUint8,
  writeUint8Array,
  writeVarString,
} from "lib0/encoding";
import { WireLimits } from "./limits.js";
import { MalformedError } from "./malformed.js";
import { decodeUtf8, type Reader } from "./reader.js";
import { MessageType } from "./sync.js";

/** Where a Hocuspocus message belongs: `room`, or `room\0session` for several in one room. */
export interface Address {
  /** The room as the client wrote it, not yet checked. */
  readonly room: string;
  /** The address with its length in front: every answer starts with these very bytes. */
  readonly prefix: Uint8Array;
}

/**
 * Reads the raw bytes of the address, which are cheap to look a session up by.
 * @throws MalformedError
 */
export function readAddressBytes(reader: Reader): Uint8Array {
  const length = reader.varUint();
  if (length === 0) throw new MalformedError("empty room name");
  if (length > WireLimits.addressBytes) throw new MalformedError("room name too long");
  return reader.take(length);
}

export function parseAddress(bytes: Uint8Array): Address {
  const text = decodeUtf8(bytes);
  const separator = text.indexOf("\0");
  const encoder = createEncoder();
  writeVarString(encoder, text);
  return {
    room: separator < 0 ? text : text.slice(0, separator),
    prefix: toUint8Array(encoder),
  };
}

const AuthAnswer = { denied: 1, authenticated: 2 } as const;

export function encodeAuthenticated(prefix: Uint8Array, readOnly: boolean): Uint8Array {
  return encodeAuth(prefix, AuthAnswer.authenticated, readOnly ? "readonly" : "read-write");
}

export function encodeDenied(prefix: Uint8Array, reason: string): Uint8Array {
  return encodeAuth(prefix, AuthAnswer.denied, reason);
}

function encodeAuth(prefix: Uint8Array, answer: number, text: string): Uint8Array {
  const encoder = createEncoder();
  writeUint8Array(encoder, prefix);
  writeUint8(encoder, MessageType.auth);
  writeUint8(encoder, answer);
  writeVarString(encoder, text);
  return toUint8Array(encoder);
}

/** The one answer that each SyncStep2 or update gets: 1 is durable, 0 was not accepted. */
export function encodeSyncStatus(prefix: Uint8Array, durable: boolean): Uint8Array {
  const encoder = createEncoder();
  writeUint8Array(encoder, prefix);
  writeUint8(encoder, MessageType.syncStatus);
  writeUint8(encoder, durable ? 1 : 0);
  return toUint8Array(encoder);
}

/** Ends one session of a socket that carries several. */
export function encodeClose(prefix: Uint8Array, reason: string): Uint8Array {
  const encoder = createEncoder();
  writeUint8Array(encoder, prefix);
  writeUint8(encoder, MessageType.close);
  writeVarString(encoder, reason);
  return toUint8Array(encoder);
}
