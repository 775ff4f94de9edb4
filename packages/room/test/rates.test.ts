import { describe, expect, it } from "vitest";
import { createLab, identity, tokens } from "./harness/lab.js";
import { addressed, clientMessage } from "./harness/messages.js";

const step1 = clientMessage.step1(Uint8Array.of(0));
const emptyUpdate = clientMessage.update(Uint8Array.of(0, 0));

describe("rates and silence", () => {
  it("C9: more than maxMessagesPerSecond beyond the burst closes with 4429", async () => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial({ path: "room" });
    for (let i = 0; i < 200; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    await lab.clock.advance(1_000);
    for (let i = 0; i < 100; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    connection.receive(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
    expect(lab.meter.refusals).toEqual(["rate"]);
  });

  it("C9: a long silence does not add to the burst", async () => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial({ path: "room" });
    connection.receive(emptyUpdate);
    await lab.clock.advance(60_000);
    for (let i = 0; i < 200; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    connection.receive(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
  });

  it.each([
    ["a SyncStep1", step1],
    ["a SyncStep2", clientMessage.step2(Uint8Array.of(0, 0))],
    ["a question for the awareness", clientMessage.queryAwareness()],
  ])("C9: %s counts as a tenth of a second's messages", async (_, message) => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial({ path: "room" });
    connection.receive(emptyUpdate);
    for (let i = 0; i < 19; i++) connection.receive(message);
    expect(socket.closed).toBeNull();
    connection.receive(message);
    expect(socket.closed?.code).toBe(4429);
  });

  it("C9: so does an update from a reader", async () => {
    const lab = createLab({
      authenticator: tokens({ r: identity({ access: "read" }) }),
      edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 },
    });
    const peer = lab.yWebsocket("room", { token: "r" });
    await lab.clock.advance(10_000);
    const { socket } = peer;
    for (let i = 0; i < 20; i++) peer.send(emptyUpdate);
    expect(socket.closed).toBeNull();
    peer.send(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
  });

  it("C9: so does a token", async () => {
    const lab = createLab({ edgeLimits: { maxMessagesPerSecond: 100, burstSeconds: 2 } });
    const { socket, connection } = lab.dial();
    for (let i = 0; i < 20; i++) connection.receive(addressed("room", clientMessage.auth("t")));
    expect(socket.closed).toBeNull();
    connection.receive(addressed("room", clientMessage.auth("t")));
    expect(socket.closed?.code).toBe(4429);
  });

  it("C12: who was sent nothing for keepAliveMs is sent an empty awareness update", async () => {
    const lab = createLab({ edgeLimits: { keepAliveMs: 12_000 } });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(500);
    for (const peer of [a, b]) peer.received = [];
    await lab.clock.advance(11_000);
    for (const peer of [a, b]) expect(peer.received).toEqual([]);
    await lab.clock.advance(3_000);
    for (const peer of [a, b]) {
      expect(peer.received).toEqual([{ type: "awareness", update: Uint8Array.of(0) }]);
    }
    await lab.clock.advance(120_000);
    // A stock client closes after 30 s without a word.
    expect(a.count("awareness")).toBeGreaterThanOrEqual(9);
    expect(a.count("awareness")).toBeLessThanOrEqual(11);
  });
});
