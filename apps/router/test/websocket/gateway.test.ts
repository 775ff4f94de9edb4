import { setTimeout as delay } from "node:timers/promises";
import { CloseCode, frameMessage, frameMessages } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Client, frame, Opcode, RawClient, upgradeRequest } from "../support/clients.js";
import { startRouter } from "../support/start-router.js";
import { until } from "../support/until.js";

describe("WS1: every upgrade is for a room", () => {
  it.each([
    ["/docs%2Fa?token=t&ack=1", { path: "docs%2Fa", token: "t", acknowledgements: true }],
    ["/docs/a", { path: "docs/a", token: null, acknowledgements: false }],
    ["/api/v1/rooms", { path: "api/v1/rooms", token: null, acknowledgements: false }],
    ["/healthz?ack=0", { path: "healthz", token: null, acknowledgements: false }],
    ["/", { path: "", token: null, acknowledgements: false }],
    ["/a/../b", { path: "a/../b", token: null, acknowledgements: false }],
    ["/a?token=x%20y&token=z", { path: "a", token: "x y", acknowledgements: false }],
  ])("%s", async (target, expected) => {
    const { port, edge } = await startRouter();
    await RawClient.open(port, target);
    expect(edge.last.request).toEqual({ ...expected, address: "127.0.0.1" });
  });

  it("takes the token from a header where there is none in the address", async () => {
    const { webSocketUrl, edge } = await startRouter();
    await Client.open(`${webSocketUrl}/a`, { headers: { authorization: "Bearer abc" } });
    expect(edge.last.request.token).toBe("abc");
  });
});

describe("WS2–WS4: clients that are refused", () => {
  it("WS3: over the limit of connections, 4429", async () => {
    const { webSocketUrl, edge, meter } = await startRouter({ sockets: { connections: 1 } });
    const first = await Client.open(webSocketUrl);
    expect(await Client.refused(webSocketUrl)).toMatchObject({ code: CloseCode.limited });
    expect(edge.connections).toHaveLength(1);
    expect(meter.refusals).toEqual(["connections"]);
    first.ws.close();
    await until("the first has left", () => edge.last.isClosed);
    await Client.open(webSocketUrl);
  });

  it("WS3: over the limit of connections per address, 4429, and others may still come", async () => {
    const { webSocketUrl, edge } = await startRouter({
      sockets: { connectionsPerAddress: 2 },
      trustedProxies: 1,
    });
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    await Client.open(webSocketUrl, from("192.0.2.1"));
    await Client.open(webSocketUrl, from("192.0.2.1"));
    const refused = await Client.refused(webSocketUrl, from("192.0.2.1"));
    expect(refused).toMatchObject({ code: CloseCode.limited });
    await Client.open(webSocketUrl, from("192.0.2.2"));
    expect(edge.connections).toHaveLength(3);
  });

  it("WS2: what a refused client sends is not kept", async () => {
    const { port, edge, router } = await startRouter({ sockets: { connections: 0 } });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, "", { length: 10_000_000 }));
    await client.end();
    expect(closeFrame(client).code).toBe(CloseCode.limited);
    expect(edge.connections).toHaveLength(0);
    expect(router.connections).toBe(0);
  });

  it("WS4: beyond the limit of refusals, sockets are cut", async () => {
    const { port } = await startRouter({ sockets: { connections: 0, refusals: 1 } });
    // Upgraded and closed, this one does not answer the closing handshake.
    await RawClient.open(port);
    const second = await RawClient.connect(port);
    second.send(upgradeRequest("/room"));
    await second.end();
    expect(second.received).toHaveLength(0);
  });
});

describe("WS5: messages", () => {
  it("arrive whole, whatever their size and however they were cut", async () => {
    const { port, webSocketUrl, edge } = await startRouter();
    const client = await Client.open(webSocketUrl);
    const sizes = [0, 1, 125, 126, 65_535, 65_536, 1_000_000];
    for (const size of sizes) client.ws.send(Buffer.alloc(size, size % 251));
    await until("all have arrived", () => edge.last.messages.length === sizes.length);
    for (const [i, size] of sizes.entries()) {
      const message = edge.last.messages[i];
      expect(message && Buffer.alloc(size, size % 251).equals(message)).toBe(true);
    }

    const raw = await RawClient.open(port);
    raw.send(frame(Opcode.binary, "one ", { fin: false }));
    raw.send(frame(Opcode.ping, "between"));
    raw.send(frame(Opcode.continuation, "message"));
    await until("it has arrived", () => edge.last.messages.length === 1);
    expect(Buffer.from(edge.last.messages[0] ?? "").toString()).toBe("one message");
  });

  it("of text close with 4400", async () => {
    const { webSocketUrl, edge } = await startRouter();
    const client = await Client.open(webSocketUrl);
    client.ws.send("hello");
    const closed = await client.end();
    expect(closed.code).toBe(CloseCode.malformed);
    expect(closed.reason).toMatch(/text/);
    expect(edge.last.messages).toHaveLength(0);
  });
});

describe("WS6: frames that ws refuses", () => {
  it("too large, told by the header alone: 4413", async () => {
    const { port, meter } = await startRouter({ sockets: { messageBytes: 1_000 } });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, "", { length: 1_001 }));
    await client.end();
    expect(closeFrame(client)).toMatchObject({ code: CloseCode.tooLarge });
    expect(meter.refusals).toEqual(["too-large"]);
  });

  it("too large in sum of their fragments: 4413", async () => {
    const { port, edge } = await startRouter({ sockets: { messageBytes: 1_000 } });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, Buffer.alloc(600), { fin: false }));
    client.send(frame(Opcode.continuation, Buffer.alloc(600)));
    await client.end();
    expect(closeFrame(client).code).toBe(CloseCode.tooLarge);
    expect(edge.last.messages).toHaveLength(0);
  });

  it("a stock client is told of 4413 while it still sends", async () => {
    const { webSocketUrl } = await startRouter({ sockets: { messageBytes: 1_000 } });
    const client = await Client.open(webSocketUrl);
    client.ws.send(Buffer.alloc(4_000_000));
    expect(await client.end()).toMatchObject({ code: CloseCode.tooLarge });
  });

  it.each<[string, Uint8Array]>([
    ["reserved bits", Buffer.from([0xf2, 0x80, 0, 0, 0, 0])],
    ["an unknown opcode", Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ["no mask", Buffer.from([0x82, 0x01, 0x00])],
    ["a continuation of nothing", frame(Opcode.continuation, "x")],
    ["a fragmented ping", frame(Opcode.ping, "x", { fin: false })],
    ["a ping that is too long", frame(Opcode.ping, Buffer.alloc(126))],
    ["text that is no UTF-8", frame(Opcode.text, Buffer.from([0xc3, 0x28]))],
  ])("%s: 4400", async (_, bytes) => {
    const { port, meter } = await startRouter();
    const client = await RawClient.open(port);
    client.send(bytes);
    await client.end();
    expect(closeFrame(client).code).toBe(CloseCode.malformed);
    expect(meter.refusals).toEqual(["malformed"]);
  });

  it("too many fragments: 4400", async () => {
    const { port } = await startRouter({ sockets: { fragments: 3 } });
    const client = await RawClient.open(port);
    client.send(frame(Opcode.binary, "x", { fin: false }));
    for (let i = 0; i < 4; i++) client.send(frame(Opcode.continuation, "x", { fin: false }));
    await client.end();
    expect(closeFrame(client).code).toBe(CloseCode.malformed);
  });
});

describe("WS7: close reasons", () => {
  it.each([
    ["short", "short"],
    ["x".repeat(200), "x".repeat(123)],
    // Three bytes each: 41 of them are 123.
    ["€".repeat(60), "€".repeat(41)],
    // Four bytes each: 30 are 120, and no part of the next.
    ["😀".repeat(60), "😀".repeat(30)],
  ])("%s", async (reason, expected) => {
    const { webSocketUrl, edge } = await startRouter();
    const client = await Client.open(webSocketUrl);
    edge.last.socket.close(CloseCode.internal, reason);
    expect(await client.end()).toEqual({ code: CloseCode.internal, reason: expected });
  });
});

describe("WS8: writing", () => {
  it("sends frames as they are, several in one write, among ws's own", async () => {
    const { webSocketUrl, edge } = await startRouter();
    const client = await Client.open(webSocketUrl);
    const messages = [0, 1, 125, 126, 65_536].map((size) => Buffer.alloc(size, size % 251));
    expect(edge.last.socket.write(frameMessages(messages))).toMatch(/sent|congested/);
    edge.last.socket.probe();
    edge.last.socket.write(frameMessage(Buffer.from("last")));
    await until("all have arrived", () => client.messages.length === messages.length + 1);
    expect(
      Buffer.concat(client.messages).equals(Buffer.concat([...messages, Buffer.from("last")])),
    ).toBe(true);
    expect(client.pings).toBe(1);
  });

  it("says congested where the client does not read, and closed once it is closing", async () => {
    const { webSocketUrl, edge } = await startRouter({ sockets: { closeMs: 50 } });
    const client = await Client.open(webSocketUrl);
    const { socket } = edge.last;
    expect(socket.buffered).toBe(0);
    client.ws.pause();
    const bytes = frameMessage(Buffer.alloc(1_000_000));
    let result = socket.write(bytes);
    for (let i = 0; i < 100 && socket.buffered < 10_000_000; i++) result = socket.write(bytes);
    expect(result).toBe("congested");
    expect(socket.buffered).toBeGreaterThan(10_000_000);
    socket.close(CloseCode.tooSlow, "too slow a reader");
    expect(socket.write(bytes)).toBe("closed");
    await until("the socket is cut", () => edge.last.isClosed);
    expect(socket.write(bytes)).toBe("closed");
  });
});

describe("WS9: onceDrained", () => {
  it("waits for what was written before", async () => {
    const { webSocketUrl, edge } = await startRouter();
    const client = await Client.open(webSocketUrl);
    const { socket } = edge.last;
    client.ws.pause();
    for (let i = 0; i < 20; i++) socket.write(frameMessage(Buffer.alloc(1_000_000)));
    const buffered: number[] = [];
    socket.onceDrained(() => buffered.push(socket.buffered));
    socket.probe();
    await delay(50);
    expect(buffered).toEqual([]);
    client.ws.resume();
    await until("all has arrived", () => client.messages.length === 20 && client.pings === 1);
    expect(buffered).toEqual([0]);
  });

  it("is called for a drained socket, and for one that breaks", async () => {
    const { webSocketUrl, edge } = await startRouter();
    const client = await Client.open(webSocketUrl);
    const { socket } = edge.last;
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    socket.onceDrained(count);
    expect(calls).toBe(0);
    await until("the drained socket has called", () => calls === 1);
    client.ws.pause();
    for (let i = 0; i < 20; i++) socket.write(frameMessage(Buffer.alloc(1_000_000)));
    socket.onceDrained(count);
    client.ws.terminate();
    await until("the broken socket has called", () => calls === 2);
    await until("the edge has heard", () => edge.last.isClosed);
    socket.onceDrained(count);
    await until("the closed socket has called", () => calls === 3);
  });
});

describe("WS10: closing", () => {
  it("cuts a client that does not answer", async () => {
    const { port, edge } = await startRouter({ sockets: { closeMs: 50 } });
    const client = await RawClient.open(port);
    edge.last.socket.close(CloseCode.deleted, "deleted");
    await client.end();
    expect(closeFrame(client).code).toBe(CloseCode.deleted);
    await until("the edge has heard", () => edge.last.isClosed);
  });

  it("drops what arrives after we began to close", async () => {
    const { port, edge } = await startRouter();
    const client = await RawClient.open(port);
    edge.last.onMessage = () => edge.last.socket.close(CloseCode.malformed, "no");
    client.send(Buffer.concat([frame(Opcode.binary, "a"), frame(Opcode.binary, "b")]));
    await until("the close frame has arrived", () => client.received.length > 0);
    client.send(frame(Opcode.binary, "c"));
    client.send(frame(Opcode.close, Buffer.from([0x03, 0xe8])));
    await client.end();
    expect(edge.last.messages).toHaveLength(1);
  });
});

describe("WS11: faults of the edge", () => {
  it("close the connection that met them, and no other", async () => {
    const { webSocketUrl, edge, logger } = await startRouter();
    const other = await Client.open(webSocketUrl);
    const client = await Client.open(webSocketUrl);
    edge.last.onMessage = () => {
      throw new Error("a fault");
    };
    client.ws.send(Buffer.from("x"));
    expect(await client.end()).toMatchObject({ code: CloseCode.internal });
    expect(logger.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    expect(other.ws.readyState).toBe(WebSocket.OPEN);
  });
});

describe("WS12: upgrades that are none", () => {
  it.each([
    ["another protocol", ["Upgrade: h2c"]],
    ["no key", ["Upgrade: websocket"]],
    ["an unknown version", ["Upgrade: websocket", "Sec-WebSocket-Version: 7"]],
  ])("%s: 400", async (_, headers) => {
    const { port, edge, router } = await startRouter();
    const client = await RawClient.connect(port);
    const head = ["GET /room HTTP/1.1", "Host: a", "Connection: Upgrade", ...headers, "", ""];
    client.send(head.join("\r\n"));
    await client.end();
    expect(client.text()).toMatch(/^HTTP\/1\.1 400 /);
    expect(client.text()).toMatch(/x-homeroom-node: one/);
    expect(client.text()).toMatch(/"code":"BAD_UPGRADE"/);
    expect(edge.connections).toHaveLength(0);
    expect(router.connections).toBe(0);
  });
});

describe("WS13: the end of a connection", () => {
  it.each<[string, (client: Client) => void]>([
    ["closed by the client", ({ ws }) => ws.close(1000)],
    ["cut by the client", ({ ws }) => ws.terminate()],
  ])("%s", async (_, end) => {
    const { webSocketUrl, edge, router } = await startRouter();
    const client = await Client.open(webSocketUrl);
    expect(router.connections).toBe(1);
    end(client);
    await until("the edge has heard", () => edge.last.isClosed);
    expect(router.connections).toBe(0);
  });
});

/** The close frame at the end of what a raw client received. */
function closeFrame({ received }: RawClient): { code: number; reason: string } {
  const start = received.lastIndexOf(0x88);
  if (start === -1) throw new Error("no close frame was received");
  const length = received[start + 1] ?? 0;
  return {
    code: received.readUInt16BE(start + 2),
    reason: received.toString("utf8", start + 4, start + 2 + length),
  };
}
