import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeUint8,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
} from "lib0/encoding";
import { MalformedError } from "../malformed.js";
import { Reader } from "../reader.js";
import { parseRoomName, type RoomName } from "../room-name.js";
import { oneOf, readOptionalBytes, writeOptionalBytes } from "./fields.js";

/** The first thing that each side says; they part where it differs. */
export const LINK_VERSION = 1;

/**
 * What a router says to a coordinator. A `channel` is one subscription of a room; the router
 * numbers them from 1 and uses no number twice on a link. Bytes are views into the message.
 */
export type RouterFrame =
  | { readonly type: "hello"; readonly version: number; readonly router: string }
  | { readonly type: "open"; readonly channel: number; readonly room: RoomName }
  | {
      readonly type: "join";
      readonly channel: number;
      readonly session: number;
      readonly access: "read" | "comment" | "write";
    }
  /** After the joins, where the sessions had another home; see `HomeChannel.resume`. */
  | { readonly type: "resume"; readonly channel: number; readonly upTo: Uint8Array | null }
  | {
      readonly type: "step1";
      readonly channel: number;
      readonly session: number;
      readonly stateVector: Uint8Array;
    }
  | {
      readonly type: "update";
      readonly channel: number;
      readonly session: number;
      readonly number: number;
      readonly kind: "step2" | "update";
      readonly update: Uint8Array;
    }
  | {
      readonly type: "awareness";
      readonly channel: number;
      readonly session: number;
      readonly update: Uint8Array;
    }
  | { readonly type: "query"; readonly channel: number; readonly session: number }
  | { readonly type: "leave"; readonly channel: number; readonly session: number }
  | { readonly type: "shut"; readonly channel: number };

const types = [
  "hello",
  "open",
  "join",
  "resume",
  "step1",
  "update",
  "awareness",
  "query",
  "leave",
  "shut",
] as const;
const accesses = ["read", "comment", "write"] as const;
const kinds = ["step2", "update"] as const;

export function encodeRouterFrame(frame: RouterFrame): Uint8Array {
  const encoder = createEncoder();
  writeUint8(encoder, types.indexOf(frame.type));
  writeBody(encoder, frame);
  return toUint8Array(encoder);
}

function writeBody(encoder: Encoder, frame: RouterFrame): void {
  if (frame.type === "hello") {
    writeVarUint(encoder, frame.version);
    writeVarString(encoder, frame.router);
    return;
  }
  writeVarUint(encoder, frame.channel);
  switch (frame.type) {
    case "open":
      writeVarString(encoder, frame.room);
      return;
    case "resume":
      writeOptionalBytes(encoder, frame.upTo);
      return;
    case "shut":
      return;
  }
  writeVarUint(encoder, frame.session);
  switch (frame.type) {
    case "join":
      writeUint8(encoder, accesses.indexOf(frame.access));
      return;
    case "step1":
      writeVarUint8Array(encoder, frame.stateVector);
      return;
    case "update":
      writeVarUint(encoder, frame.number);
      writeUint8(encoder, kinds.indexOf(frame.kind));
      writeVarUint8Array(encoder, frame.update);
      return;
    case "awareness":
      writeVarUint8Array(encoder, frame.update);
      return;
    case "query":
    case "leave":
      return;
  }
}

/** A message is frames one after the other. @throws MalformedError */
export function decodeRouterFrames(message: Uint8Array): RouterFrame[] {
  const reader = new Reader(message);
  const frames: RouterFrame[] = [];
  while (reader.remaining > 0) frames.push(readFrame(reader));
  return frames;
}

function readFrame(reader: Reader): RouterFrame {
  const type = oneOf(types, reader.byte());
  if (type === "hello") return { type, version: reader.varUint(), router: reader.varString() };
  const channel = reader.varUint();
  switch (type) {
    case "open":
      return { type, channel, room: readRoom(reader) };
    case "resume":
      return { type, channel, upTo: readOptionalBytes(reader) };
    case "shut":
      return { type, channel };
  }
  const session = reader.varUint();
  switch (type) {
    case "join":
      return { type, channel, session, access: oneOf(accesses, reader.byte()) };
    case "step1":
      return { type, channel, session, stateVector: reader.varBytes() };
    case "update": {
      const number = reader.varUint();
      const kind = oneOf(kinds, reader.byte());
      return { type, channel, session, number, kind, update: reader.varBytes() };
    }
    case "awareness":
      return { type, channel, session, update: reader.varBytes() };
    case "query":
    case "leave":
      return { type, channel, session };
  }
}

function readRoom(reader: Reader): RoomName {
  const room = parseRoomName(reader.varString());
  if (room === null) throw new MalformedError("not a room name");
  return room;
}
