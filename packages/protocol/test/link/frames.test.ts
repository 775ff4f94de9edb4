import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CloseCode } from "../../src/close-codes.js";
import { decodeHomeFrames, encodeHomeFrame, type HomeFrame } from "../../src/link/home-frames.js";
import {
  decodeRouterFrames,
  encodeRouterFrame,
  type RouterFrame,
} from "../../src/link/router-frames.js";
import { MalformedError } from "../../src/malformed.js";
import type { RoomName } from "../../src/room-name.js";

const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null });
const room = fc.constantFrom("notes", "a/b", "constructor", "écrit") as fc.Arbitrary<RoomName>;
const code = fc.constantFrom(...Object.values(CloseCode));
const to = { channel: number, session: number };

const routerFrame: fc.Arbitrary<RouterFrame> = fc.oneof(
  fc.record({ type: fc.constant("hello" as const), version: number, router: text }),
  fc.record({ type: fc.constant("open" as const), channel: number, room }),
  fc.record({
    type: fc.constant("join" as const),
    ...to,
    access: fc.constantFrom("read" as const, "comment" as const, "write" as const),
  }),
  fc.record({ type: fc.constant("resume" as const), channel: number, upTo: orNull(bytes) }),
  fc.record({ type: fc.constant("step1" as const), ...to, stateVector: bytes }),
  fc.record({
    type: fc.constant("update" as const),
    ...to,
    number,
    kind: fc.constantFrom("step2" as const, "update" as const),
    update: bytes,
  }),
  fc.record({ type: fc.constant("awareness" as const), ...to, update: bytes }),
  fc.record({ type: fc.constantFrom("query" as const, "leave" as const), ...to }),
  fc.record({ type: fc.constant("shut" as const), channel: number }),
);

const homeFrame: fc.Arbitrary<HomeFrame> = fc.oneof(
  fc.record({
    type: fc.constant("hello" as const),
    version: number,
    node: text,
    incarnation: number,
  }),
  fc.record({ type: fc.constant("opened" as const), channel: number, epoch: number }),
  fc.record({
    type: fc.constant("update" as const),
    channel: number,
    except: orNull(number),
    update: bytes,
  }),
  fc.record({ type: fc.constant("awareness" as const), channel: number, update: bytes }),
  fc.record({
    type: fc.constant("sync" as const),
    ...to,
    kind: fc.constantFrom("step1" as const, "step2" as const, "update" as const),
    bytes,
  }),
  fc.record({ type: fc.constant("awarenessTo" as const), ...to, update: bytes }),
  fc.record({ type: fc.constant("settled" as const), ...to, number }),
  fc.record({
    type: fc.constant("refused" as const),
    ...to,
    number,
    kind: fc.constantFrom("step2" as const, "update" as const),
    code,
    reason: text,
  }),
  fc.record({ type: fc.constant("probe" as const), ...to }),
  fc.record({
    type: fc.constant("closed" as const),
    channel: number,
    session: orNull(number),
    code,
    reason: text,
  }),
  fc.record({
    type: fc.constant("moved" as const),
    channel: number,
    to: orNull(fc.record({ node: text, url: text, epoch: number })),
    upTo: orNull(bytes),
  }),
);

const concat = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

describe.each([
  ["router", routerFrame, encodeRouterFrame, decodeRouterFrames],
  ["home", homeFrame, encodeHomeFrame, decodeHomeFrames],
] as [
  string,
  fc.Arbitrary<RouterFrame | HomeFrame>,
  (frame: RouterFrame | HomeFrame) => Uint8Array,
  (message: Uint8Array) => (RouterFrame | HomeFrame)[],
][])("frames of the %s", (_, frame, encode, decode) => {
  it("LK1: any frames, one after the other in a message, are read as they were written", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), (frames) => {
        expect(decode(concat(frames.map(encode)))).toEqual(frames);
      }),
    );
  });

  it("LK2: a frame that was cut short is malformed", () => {
    fc.assert(
      fc.property(frame, fc.nat(), (whole, cut) => {
        const message = encode(whole);
        const short = message.subarray(0, 1 + (cut % (message.length - 1)));
        fc.pre(short.length < message.length);
        expect(() => decode(short)).toThrow(MalformedError);
      }),
    );
  });

  it("LK2: whatever the bytes, they are frames that are written as these very bytes, or malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (message) => {
        let frames: (RouterFrame | HomeFrame)[];
        try {
          frames = decode(message);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
          return;
        }
        expect(concat(frames.map(encode))).toEqual(message);
      }),
      { numRuns: 1_000 },
    );
  });
});
