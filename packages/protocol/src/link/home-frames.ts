import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeUint8,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
} from "lib0/encoding";
import { CloseCode } from "../close-codes.js";
import { MalformedError } from "../malformed.js";
import { Reader } from "../reader.js";
import { oneOf, readOptionalBytes, readPresence, writeOptionalBytes } from "./fields.js";

/** Where a room went. */
export interface LinkedOwner {
  readonly node: string;
  readonly url: string;
  readonly epoch: number;
}

/** What a coordinator says to a router. Bytes are views into the message. */
export type HomeFrame =
  | {
      readonly type: "hello";
      readonly version: number;
      readonly node: string;
      /** 0 while the node has no lease. */
      readonly incarnation: number;
    }
  | { readonly type: "opened"; readonly channel: number; readonly epoch: number }
  /** To all sessions of the channel, or to all but one. */
  | {
      readonly type: "update";
      readonly channel: number;
      readonly except: number | null;
      readonly update: Uint8Array;
    }
  | { readonly type: "awareness"; readonly channel: number; readonly update: Uint8Array }
  | {
      readonly type: "sync";
      readonly channel: number;
      readonly session: number;
      readonly kind: "step1" | "step2" | "update";
      readonly bytes: Uint8Array;
    }
  | {
      readonly type: "awarenessTo";
      readonly channel: number;
      readonly session: number;
      readonly update: Uint8Array;
    }
  | {
      readonly type: "settled";
      readonly channel: number;
      readonly session: number;
      readonly number: number;
    }
  | {
      readonly type: "refused";
      readonly channel: number;
      readonly session: number;
      readonly number: number;
      readonly kind: "step2" | "update";
      readonly code: CloseCode;
      readonly reason: string;
    }
  | { readonly type: "probe"; readonly channel: number; readonly session: number }
  /** One session is to be closed, or all of them; then the channel is over. */
  | {
      readonly type: "closed";
      readonly channel: number;
      readonly session: number | null;
      readonly code: CloseCode;
      readonly reason: string;
    }
  /** The channel is over; see `Audience.moved`. */
  | {
      readonly type: "moved";
      readonly channel: number;
      readonly to: LinkedOwner | null;
      readonly upTo: Uint8Array | null;
    };

const types = [
  "hello",
  "opened",
  "update",
  "awareness",
  "sync",
  "awarenessTo",
  "settled",
  "refused",
  "probe",
  "closed",
  "moved",
] as const;
const syncKinds = ["step1", "step2", "update"] as const;
const updateKinds = ["step2", "update"] as const;
const closeCodes = new Set<number>(Object.values(CloseCode));

export function encodeHomeFrame(frame: HomeFrame): Uint8Array {
  const encoder = createEncoder();
  writeUint8(encoder, types.indexOf(frame.type));
  writeBody(encoder, frame);
  return toUint8Array(encoder);
}

function writeBody(encoder: Encoder, frame: HomeFrame): void {
  if (frame.type === "hello") {
    writeVarUint(encoder, frame.version);
    writeVarString(encoder, frame.node);
    writeVarUint(encoder, frame.incarnation);
    return;
  }
  writeVarUint(encoder, frame.channel);
  switch (frame.type) {
    case "opened":
      writeVarUint(encoder, frame.epoch);
      return;
    case "update":
      writeOptionalSession(encoder, frame.except);
      writeVarUint8Array(encoder, frame.update);
      return;
    case "awareness":
      writeVarUint8Array(encoder, frame.update);
      return;
    case "closed":
      writeOptionalSession(encoder, frame.session);
      writeVarUint(encoder, frame.code);
      writeVarString(encoder, frame.reason);
      return;
    case "moved":
      writeOwner(encoder, frame.to);
      writeOptionalBytes(encoder, frame.upTo);
      return;
  }
  writeVarUint(encoder, frame.session);
  switch (frame.type) {
    case "sync":
      writeUint8(encoder, syncKinds.indexOf(frame.kind));
      writeVarUint8Array(encoder, frame.bytes);
      return;
    case "awarenessTo":
      writeVarUint8Array(encoder, frame.update);
      return;
    case "settled":
      writeVarUint(encoder, frame.number);
      return;
    case "refused":
      writeVarUint(encoder, frame.number);
      writeUint8(encoder, updateKinds.indexOf(frame.kind));
      writeVarUint(encoder, frame.code);
      writeVarString(encoder, frame.reason);
      return;
    case "probe":
      return;
  }
}

function writeOptionalSession(encoder: Encoder, session: number | null): void {
  writeUint8(encoder, session === null ? 0 : 1);
  if (session !== null) writeVarUint(encoder, session);
}

function writeOwner(encoder: Encoder, owner: LinkedOwner | null): void {
  writeUint8(encoder, owner === null ? 0 : 1);
  if (owner === null) return;
  writeVarString(encoder, owner.node);
  writeVarString(encoder, owner.url);
  writeVarUint(encoder, owner.epoch);
}

/** A message is frames one after the other. @throws MalformedError */
export function decodeHomeFrames(message: Uint8Array): HomeFrame[] {
  const reader = new Reader(message);
  const frames: HomeFrame[] = [];
  while (reader.remaining > 0) frames.push(readFrame(reader));
  return frames;
}

function readFrame(reader: Reader): HomeFrame {
  const type = oneOf(types, reader.byte());
  if (type === "hello") {
    const version = reader.varUint();
    return { type, version, node: reader.varString(), incarnation: reader.varUint() };
  }
  const channel = reader.varUint();
  switch (type) {
    case "opened":
      return { type, channel, epoch: reader.varUint() };
    case "update": {
      const except = readOptionalSession(reader);
      return { type, channel, except, update: reader.varBytes() };
    }
    case "awareness":
      return { type, channel, update: reader.varBytes() };
    case "closed": {
      const session = readOptionalSession(reader);
      const code = readCloseCode(reader);
      return { type, channel, session, code, reason: reader.varString() };
    }
    case "moved": {
      const to = readOwner(reader);
      return { type, channel, to, upTo: readOptionalBytes(reader) };
    }
  }
  const session = reader.varUint();
  switch (type) {
    case "sync": {
      const kind = oneOf(syncKinds, reader.byte());
      return { type, channel, session, kind, bytes: reader.varBytes() };
    }
    case "awarenessTo":
      return { type, channel, session, update: reader.varBytes() };
    case "settled":
      return { type, channel, session, number: reader.varUint() };
    case "refused": {
      const number = reader.varUint();
      const kind = oneOf(updateKinds, reader.byte());
      const code = readCloseCode(reader);
      return { type, channel, session, number, kind, code, reason: reader.varString() };
    }
    case "probe":
      return { type, channel, session };
  }
}

const readOptionalSession = (reader: Reader): number | null =>
  readPresence(reader) ? reader.varUint() : null;

function readOwner(reader: Reader): LinkedOwner | null {
  if (!readPresence(reader)) return null;
  return { node: reader.varString(), url: reader.varString(), epoch: reader.varUint() };
}

function readCloseCode(reader: Reader): CloseCode {
  const code = reader.varUint();
  if (!closeCodes.has(code)) throw new MalformedError(`${code} is no close code`);
  return code as CloseCode;
}
