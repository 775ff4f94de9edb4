import { setTimeout as delay } from "node:timers/promises";
import { frameMessage } from "@homeroom/protocol";
import type { Clock, Timer } from "@homeroom/room";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Heartbeat } from "../../src/websocket/heartbeat.js";
import { Client, frame, Opcode, RawClient } from "../support/clients.js";
import { startRouter } from "../support/start-router.js";
import { until } from "../support/until.js";

/** Pings every 200 ms; 20 bytes in between are progress. */
const FAST = { heartbeatMs: 200, progressBytesPerSecond: 100 };

/** Long enough for a silent connection to be cut: three heartbeats. */
const THREE_BEATS_MS = 600;

describe("HB1: silence", () => {
  it("is the end of a connection", async () => {
    const { port, edge } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    await client.end();
    expect(edge.last.isClosed).toBe(true);
  });

  it("is not what a client that answers pings keeps", async () => {
    const { webSocketUrl } = await startRouter({ sockets: FAST });
    const client = await Client.open(webSocketUrl);
    await until("four pings have come", () => client.pings >= 4);
    expect(client.ws.readyState).toBe(WebSocket.OPEN);
  });

  it("is not what a client keeps that sends messages and no pongs", async () => {
    const { port, edge } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    for (let i = 0; i < 10; i++) {
      client.send(frame(Opcode.binary, "x"));
      await delay(THREE_BEATS_MS / 10);
    }
    expect(client.closed).toBe(false);
    expect(edge.last.messages).toHaveLength(10);
  });
});

describe("HB2: large frames", () => {
  it("cuts who sends half a frame", async () => {
    const { port, edge } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, Buffer.alloc(50_000), { length: 100_000 }));
    await client.end();
    expect(edge.last.messages).toHaveLength(0);
  });

  it("cuts who sends one byte at a time", async () => {
    const { port } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, "", { length: 1_000 }));
    const drip = setInterval(() => client.send("x"), 50);
    await client.end();
    clearInterval(drip);
  });

  it("bears with who makes progress", async () => {
    const { port, edge } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    const parts = 10;
    client.send(frame(Opcode.binary, "", { length: parts * 100 }));
    for (let i = 0; i < parts; i++) {
      client.send(Buffer.alloc(100));
      await delay(THREE_BEATS_MS / 10);
    }
    await until("the message has arrived", () => edge.last.messages.length === 1);
    expect(client.closed).toBe(false);
  });
});

describe("HB3: unfinished messages", () => {
  it("cuts who answers pings in the middle of a message that does not grow", async () => {
    const { port } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, Buffer.alloc(1_000), { fin: false }));
    const pongs = setInterval(() => client.send(frame(Opcode.pong, "x".repeat(100))), 50);
    await client.end();
    clearInterval(pongs);
  });

  it("bears with one that grows", async () => {
    const { port, edge } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, Buffer.alloc(100), { fin: false }));
    for (let i = 0; i < 10; i++) {
      client.send(frame(Opcode.continuation, Buffer.alloc(100), { fin: false }));
      await delay(THREE_BEATS_MS / 10);
    }
    client.send(frame(Opcode.continuation, "end"));
    await until("the message has arrived", () => edge.last.messages.length === 1);
  });
});

describe("HB4: slow readers", () => {
  it("live while they read", async () => {
    const { port, edge } = await startRouter({ sockets: { ...FAST, heartbeatMs: 500 } });
    const client = await RawClient.open(port);
    const { socket } = edge.last;
    // About 30 MB a second: slow enough for 120, and no pong among them.
    client.socket.removeAllListeners("data").on("data", () => {
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 2);
    });
    socket.write(frameMessage(Buffer.alloc(120_000_000)));
    await delay(1_600);
    expect(socket.buffered).toBeGreaterThan(0);
    expect(edge.last.isClosed).toBe(false);
  });

  it("are cut when they do not", async () => {
    const { port, edge } = await startRouter({ sockets: FAST });
    const client = await RawClient.open(port);
    client.socket.pause();
    edge.last.socket.write(frameMessage(Buffer.alloc(40_000_000)));
    await until("the edge has heard", () => edge.last.isClosed);
  });
});

describe("HB5: probes", () => {
  it("cut who does not answer", async () => {
    const { port, edge } = await startRouter({ sockets: { probeMs: 50 } });
    const client = await RawClient.open(port);
    edge.last.socket.probe();
    edge.last.socket.probe();
    await client.end();
    expect([...client.received]).toEqual([0x89, 0]);
    await until("the edge has heard", () => edge.last.isClosed);
  });

  it("spare who does, and can be repeated", async () => {
    const { webSocketUrl, edge } = await startRouter({ sockets: { probeMs: 100 } });
    const client = await Client.open(webSocketUrl);
    for (let i = 1; i <= 3; i++) {
      edge.last.socket.probe();
      await until("the probe has come", () => client.pings === i);
      await delay(120);
    }
    expect(client.ws.readyState).toBe(WebSocket.OPEN);
  });
});

describe("HB6: one timer", () => {
  it("calls everybody once per interval, spread over it, and only while there is somebody", () => {
    const clock = new SteppedClock();
    const heartbeat = new Heartbeat(clock, 1_600);
    expect(clock.timers).toBe(0);
    const beats = new Map<number, number>();
    const leave = Array.from({ length: 32 }, (_, member) =>
      heartbeat.join({ beat: () => beats.set(member, (beats.get(member) ?? 0) + 1) }),
    );
    expect(clock.timers).toBe(1);
    clock.advance(100);
    expect(beats.size).toBe(2);
    clock.advance(1_500);
    expect([...beats.values()]).toEqual(Array(32).fill(1));
    clock.advance(1_600);
    expect([...beats.values()]).toEqual(Array(32).fill(2));
    for (const each of leave) {
      each();
      each();
    }
    expect(clock.timers).toBe(0);
    const again = heartbeat.join({ beat: () => undefined });
    expect(clock.timers).toBe(1);
    again();
    expect(clock.timers).toBe(0);
  });
});

/** Time that stands still until it is advanced. */
class SteppedClock implements Pick<Clock, "after"> {
  #now = 0;
  readonly #tasks = new Map<object, { at: number; task: () => void }>();

  get timers(): number {
    return this.#tasks.size;
  }

  after(ms: number, task: () => void): Timer {
    const key = {};
    this.#tasks.set(key, { at: this.#now + ms, task });
    return { cancel: () => this.#tasks.delete(key) };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#tasks].filter(([, { at }]) => at <= end);
      const next = due.sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next) break;
      this.#tasks.delete(next[0]);
      this.#now = next[1].at;
      next[1].task();
    }
    this.#now = end;
  }
}
