import { frameMessage, type RoomName } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { defaultEdgeLimits } from "../../src/edge/edge-limits.js";
import { Outlet } from "../../src/edge/outlet.js";
import { Session } from "../../src/edge/session.js";
import { yWebsocketVoice } from "../../src/edge/voice.js";
import { FakeSocket } from "../harness/fake-socket.js";
import { ManualClock } from "../harness/manual-clock.js";
import { RecordingMeter } from "../harness/recorders.js";

const limits = { ...defaultEdgeLimits, softBufferBytes: 100, maxBufferBytes: 1_000 };

function setUp(): { session: Session; another: Session; socket: FakeSocket; sent: () => string } {
  const socket = new FakeSocket(new ManualClock());
  const outlet: Outlet = new Outlet({
    socket,
    limits,
    meter: new RecordingMeter(),
    owner: { close: (code, reason) => outlet.close(code, reason), closed: () => outlet.end() },
  });
  const session = (id: number): Session =>
    new Session({
      id,
      room: "room" as RoomName,
      access: "write",
      voice: yWebsocketVoice(false),
      outlet,
      close: (code, reason) => outlet.close(code, reason),
    });
  /** The last byte of each frame. */
  const sent = () => socket.writes.map((bytes) => String.fromCharCode(bytes.at(-1) ?? 0)).join("");
  return { session: session(1), another: session(2), socket, sent };
}

const bytes = (letter: string, length = 1): Uint8Array =>
  new Uint8Array(length).fill(letter.charCodeAt(0));
const frame = (letter: string, length = 1): Uint8Array => frameMessage(bytes(letter, length));

describe("a session that is sent a state", () => {
  it("C11: is sent what is broadcast meanwhile after it, in one write; others do not wait", () => {
    const { session, another, sent } = setUp();
    session.update(frame("a"));
    session.sync("step1", bytes("1"));
    session.update(frame("b"));
    session.sync("update", bytes("2"));
    session.update(frame("c"));
    another.update(frame("x"));
    session.sync("update", bytes("3"));
    session.update(frame("d"));
    expect(sent()).toBe("a1b2x3");
    session.sync("step2", bytes("4"));
    session.update(frame("e"));
    expect(sent()).toBe("a1b2x34de");
  });

  it("C11: is sent it too where the home is lost and nothing more of the state comes", () => {
    const { session, sent } = setUp();
    session.sync("update", bytes("1"));
    session.update(frame("a"));
    session.opened();
    session.update(frame("b"));
    expect(sent()).toBe("1ab");
  });

  it("C10: counts what waits as unread", () => {
    const { session, another, socket } = setUp();
    session.sync("update", bytes("1"));
    for (let i = 0; i < 7; i++) session.update(frame("a", 100));
    expect(socket.closed).toBeNull();
    session.sync("step2", bytes("2"));
    session.sync("update", bytes("1"));
    for (let i = 0; i < 9; i++) another.update(frame("a", 100));
    expect(socket.closed).toBeNull();
    for (let i = 0; i < 9; i++) session.update(frame("a", 100));
    expect(socket.closed?.code).toBe(4508);
  });

  it("is sent nothing more once it has left", () => {
    const { session, another, socket, sent } = setUp();
    socket.stall();
    session.sync("update", bytes("1", 200));
    session.sync("update", bytes("2"));
    for (let i = 0; i < 7; i++) session.update(frame("a", 90));
    session.leave();
    for (let i = 0; i < 7; i++) another.update(frame("x", 90));
    socket.drain();
    expect([sent(), socket.closed]).toEqual(["1xxxxxxx", null]);
  });
});
