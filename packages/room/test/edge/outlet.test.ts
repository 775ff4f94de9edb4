import { CloseCode, frameMessage } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { defaultEdgeLimits } from "../../src/edge/edge-limits.js";
import { Outlet } from "../../src/edge/outlet.js";
import { FakeSocket } from "../harness/fake-socket.js";
import { ManualClock } from "../harness/manual-clock.js";
import { RecordingMeter } from "../harness/recorders.js";

const limits = { ...defaultEdgeLimits, softBufferBytes: 100, maxBufferBytes: 1_000 };

function setUp(): { clock: ManualClock; socket: FakeSocket; outlet: Outlet; ends: string[] } {
  const clock = new ManualClock();
  const socket = new FakeSocket(clock);
  const ends: string[] = [];
  const outlet: Outlet = new Outlet({
    socket,
    limits,
    meter: new RecordingMeter(),
    owner: {
      close(code, reason) {
        ends.push(`${code}`);
        outlet.close(code, reason);
      },
      closed() {
        ends.push("closed");
        outlet.end();
      },
    },
  });
  return { clock, socket, outlet, ends };
}

/** A frame of `length` bytes, header included. */
const frame = (length: number, fill = 0): Uint8Array => {
  const bytes = new Uint8Array(length).fill(fill);
  bytes.set([0x82, length - 2]);
  return bytes;
};

const message = (length: number, fill: number): Uint8Array =>
  frameMessage(new Uint8Array(length).fill(fill));

const pace = (outlet: Outlet, length: number, fill: number): void =>
  outlet.pace(() => outlet.sendState(message(length, fill)));

describe("Outlet", () => {
  it("C10: awareness is left out beyond softBufferBytes, the rest is sent up to maxBufferBytes", () => {
    const { socket, outlet, ends } = setUp();
    socket.stall();
    outlet.send(frame(101));
    outlet.sendAwareness(frame(10));
    expect(socket.writes).toHaveLength(1);
    for (let i = 0; i < 8; i++) outlet.send(frame(110));
    expect([socket.buffered, ends]).toEqual([981, []]);
    outlet.send(frame(19));
    expect(ends).toEqual([]);
    outlet.send(frame(10));
    expect([ends, socket.closed?.code]).toEqual([["4508"], CloseCode.tooSlow]);
    outlet.send(frame(10));
    expect(socket.writes).toHaveLength(11);
  });

  it("C10: a socket that is found closed ends its owner, once", () => {
    const { socket, outlet, ends } = setUp();
    socket.ended = true;
    outlet.send(frame(10));
    outlet.send(frame(10));
    expect([ends, outlet.closed]).toEqual([["closed"], true]);
  });

  it("C11: messages of a state keep their order and are encoded when they are sent", async () => {
    const { clock, socket, outlet } = setUp();
    const seen: number[] = [];
    socket.onMessage((bytes) => seen.push(bytes[0] as number));
    socket.stall();
    let encoded = 0;
    for (let i = 1; i <= 6; i++) {
      outlet.pace(() => {
        encoded++;
        outlet.sendState(message(60, i));
      });
    }
    expect(encoded).toBe(2);
    for (let i = 0; i < 3; i++) {
      socket.drain(false);
      await clock.settle();
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("C10: a message of a state may be larger than maxBufferBytes, what is kept beside it may not", () => {
    const { socket, outlet, ends } = setUp();
    socket.stall();
    pace(outlet, 5_000, 1);
    outlet.send(frame(100));
    outlet.keep(800);
    expect([socket.buffered, ends]).toEqual([5_104, []]);
    outlet.keep(-800);
    outlet.keep(901);
    expect(ends).toEqual(["4508"]);
  });

  it("C11: what else is sent does not wait for it", () => {
    const { socket, outlet } = setUp();
    socket.stall();
    for (let i = 0; i < 6; i++) pace(outlet, 60, i);
    outlet.send(frame(10));
    expect(socket.writes).toHaveLength(3);
  });

  it("C11: who asks again while one is under way is answered after it, and once", async () => {
    const { clock, socket, outlet } = setUp();
    const seen: number[] = [];
    socket.onMessage((bytes) => seen.push(bytes[0] as number));
    const answer = (fill: number): void => {
      for (let i = 0; i < 4; i++) pace(outlet, 60, fill);
    };
    const [a, b] = [{}, {}];
    socket.stall();
    outlet.afterPaced(a, () => answer(1));
    outlet.afterPaced(a, () => answer(2));
    outlet.afterPaced(b, () => answer(3));
    outlet.afterPaced(a, () => answer(4));
    for (let i = 0; i < 10; i++) {
      socket.drain(false);
      await clock.settle();
    }
    expect(seen).toEqual([1, 4, 3].flatMap((fill) => new Array(4).fill(fill)));
  });

  it("keeps nothing once it is closed", async () => {
    const { clock, socket, outlet } = setUp();
    socket.stall();
    let encoded = 0;
    for (let i = 0; i < 6; i++) {
      outlet.pace(() => {
        encoded++;
        outlet.sendState(message(60, 1));
      });
    }
    outlet.afterPaced({}, () => encoded++);
    outlet.close(CloseCode.leaving, "leaving");
    pace(outlet, 60, 1);
    await clock.settle();
    expect([encoded, socket.writes.length]).toEqual([2, 2]);
  });

  it("C12: remembers whether anything was sent", () => {
    const { outlet } = setUp();
    outlet.takeActivity();
    expect(outlet.takeActivity()).toBe(false);
    outlet.send(frame(10));
    expect([outlet.takeActivity(), outlet.takeActivity()]).toEqual([true, false]);
  });
});
