import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { AuthError, type Identity } from "../src/edge/authenticator.js";
import { createLab, identity, roomName, tokens } from "./harness/lab.js";
import { addressed, clientMessage } from "./harness/messages.js";
import { text, write } from "./harness/room.js";

const step1 = clientMessage.step1(Uint8Array.of(0));
const emptyUpdate = clientMessage.update(Uint8Array.of(0, 0));

describe("tokens", () => {
  /** Answers when a test says so. */
  function slowAuthenticator(): {
    authenticator: { authenticate(): Promise<Identity> };
    answer: (result: Identity | Error) => void;
  } {
    const waiting: { resolve: (known: Identity) => void; reject: (error: Error) => void }[] = [];
    return {
      authenticator: {
        authenticate: () =>
          new Promise((resolve, reject) => {
            waiting.push({ resolve, reject });
          }),
      },
      answer(result) {
        for (const { resolve, reject } of waiting.splice(0)) {
          if (result instanceof Error) reject(result);
          else resolve(result);
        }
      },
    };
  }

  it("C5: what comes before the token was checked waits, and loses nothing", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    for (const peer of [a, b]) write(peer, "early ");
    await lab.clock.advance(5_000);
    expect(lab.host.load.rooms).toBe(0);
    answer(identity({}));
    await lab.clock.advance(100);
    expect([text(a), text(b)]).toEqual(["early early ", "early early "]);
    expect([a.safe, b.safe]).toEqual([true, true]);
  });

  it.each([
    ["messages", { maxQueuedMessages: 3 }],
    ["bytes", { maxQueuedBytes: 20 }],
  ])("C5: no more %s than that", async (_, edgeLimits) => {
    const { authenticator } = slowAuthenticator();
    const lab = createLab({ authenticator, edgeLimits });
    const { socket, connection } = lab.dial({ path: "room" });
    for (let i = 0; i < 3; i++) connection.receive(emptyUpdate);
    expect(socket.closed).toBeNull();
    for (let i = 0; i < 3; i++) connection.receive(emptyUpdate);
    expect(socket.closed?.code).toBe(4429);
  });

  it("C5: what one room's queue could not take does not count against the others", async () => {
    const lab = createLab({
      authenticator: tokens({ token: identity({}) }),
      edgeLimits: { maxQueuedBytes: 100 },
    });
    const line = lab.dial();
    const a = lab.hocuspocus("a", { line });
    await lab.clock.settle();
    for (let i = 0; i < 3; i++) {
      line.connection.receive(addressed(`b${i}`, clientMessage.update(largeEdit(80))));
      line.connection.receive(addressed(`b${i}`, clientMessage.update(largeEdit(80))));
    }
    await lab.clock.settle();
    const c = lab.hocuspocus("c", { line });
    write(c, "early");
    await lab.clock.settle();
    expect([a.closed, c.ended, c.safe, line.socket.closed]).toEqual([null, null, true, null]);
  });

  it("C5: a token that does not come in time gives 4401", async () => {
    const lab = createLab({ edgeLimits: { authTimeoutMs: 5_000 } });
    const [silent, speaking] = [lab.dial(), lab.dial()];
    speaking.connection.receive(addressed("room", step1));
    await lab.clock.advance(4_900);
    expect([silent.socket.closed, speaking.socket.closed]).toEqual([null, null]);
    await lab.clock.advance(1_200);
    expect([silent.socket.closed?.code, speaking.socket.closed?.code]).toEqual([4401, 4401]);
  });

  it("C5: a check that takes too long is not the client's fault: 1013", async () => {
    const { authenticator } = slowAuthenticator();
    const lab = createLab({ authenticator, edgeLimits: { authTimeoutMs: 5_000 } });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(6_200);
    expect([a.closed?.code, b.closed?.code]).toEqual([1013, 1013]);
  });

  const known = (): ReturnType<typeof tokens> =>
    tokens({ good: identity({}), other: identity({ rooms: ["other"] }) });

  it.each([
    ["missing", undefined, 4401],
    ["bad", "bad", 4401],
    ["for another room", "other", 4403],
  ])("C6: a token that is %s closes a y-websocket client", async (_, token, code) => {
    const lab = createLab({ authenticator: known() });
    const peer = lab.yWebsocket("room", token === undefined ? {} : { token });
    await lab.clock.settle();
    expect(peer.closed?.code).toBe(code);
    expect(lab.host.load.rooms).toBe(0);
    expect(lab.meter.refusals).toEqual([code === 4403 ? "forbidden" : "token"]);
  });

  it("C6: one that says nothing hears of its bad token too", async () => {
    const lab = createLab({ authenticator: known() });
    const { socket } = lab.dial({ path: "room", token: "bad" });
    await lab.clock.settle();
    expect(socket.closed?.code).toBe(4401);
  });

  it.each([
    ["bad", "bad"],
    ["for another room", "other"],
  ])(
    "C6: a token that is %s is denied to a Hocuspocus client, its other rooms go on",
    async (_, token) => {
      const lab = createLab({ authenticator: known() });
      const line = lab.dial();
      const first = lab.hocuspocus("first", { line, token: "good" });
      const second = lab.hocuspocus("second", { line, token });
      await lab.clock.settle();
      write(first, "fine");
      await lab.clock.advance(100);
      expect(second.denied).toEqual(expect.any(String));
      expect([first.denied, first.safe, line.socket.closed]).toEqual([null, true, null]);
      expect(lab.host.get(roomName("second"))).toBeNull();
      // Another token may follow.
      second.send(clientMessage.auth("good"));
      second.send(step1);
      await lab.clock.advance(100);
      expect([second.scope, second.synced]).toEqual(["read-write", true]);
    },
  );

  it("C6: keys that cannot be had close with 1013", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const [a, b] = [lab.yWebsocket("room", { token: "t" }), lab.hocuspocus("room")];
    await lab.clock.settle();
    answer(new AuthError("UNAVAILABLE", "the keys cannot be fetched"));
    await lab.clock.settle();
    expect([a.closed?.code, b.closed?.code]).toEqual([1013, 1013]);
  });

  it("C6: so does an authenticator that fails unexpectedly, and it is logged", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const peer = lab.hocuspocus("room");
    await lab.clock.settle();
    answer(new TypeError("a bug"));
    await lab.clock.settle();
    expect(peer.closed?.code).toBe(1013);
    expect(lab.logger.lines.some(({ level }) => level === "error")).toBe(true);
  });

  it("C6: a Hocuspocus client hears what it may do", async () => {
    const lab = createLab({
      authenticator: tokens({
        r: identity({ access: "read" }),
        c: identity({ access: "comment" }),
        w: identity({ access: "write" }),
        a: identity({ access: "admin" }),
      }),
    });
    const peers = ["r", "c", "w", "a"].map((token) => lab.hocuspocus("room", { token }));
    await lab.clock.settle();
    expect(peers.map(({ scope }) => scope)).toEqual([
      "readonly",
      "readonly",
      "read-write",
      "read-write",
    ]);
  });

  it("C7: a token that expires closes its session with 4401, to the second", async () => {
    const expiresAt = 1_700_000_000_000 + 10_000;
    const lab = createLab({ authenticator: { authenticate: () => identity({ expiresAt }) } });
    const [a, b] = [lab.yWebsocket("room"), lab.hocuspocus("room")];
    await lab.clock.advance(9_900);
    expect([a.closed, b.closed]).toEqual([null, null]);
    await lab.clock.advance(1_100);
    expect([a.closed?.code, b.closed?.code]).toEqual([4401, 4401]);
  });

  it("C7: a second token of the same rights prolongs a Hocuspocus session", async () => {
    const start = 1_700_000_000_000;
    const lab = createLab({
      authenticator: tokens({
        short: identity({ expiresAt: start + 5_000 }),
        long: identity({ expiresAt: start + 60_000 }),
      }),
    });
    const peer = lab.hocuspocus("room", { token: "short" });
    await lab.clock.advance(3_000);
    peer.send(clientMessage.auth("long"));
    await lab.clock.advance(20_000);
    expect(peer.closed).toBeNull();
    write(peer, "still here");
    await lab.clock.advance(100);
    expect(peer.safe).toBe(true);
  });

  it("a token that arrives after the connection is gone changes nothing", async () => {
    const { authenticator, answer } = slowAuthenticator();
    const lab = createLab({ authenticator });
    const [a, b] = [lab.yWebsocket("room", { token: "t" }), lab.hocuspocus("room")];
    await lab.clock.settle();
    for (const peer of [a, b]) peer.disconnect();
    await lab.clock.settle();
    answer(identity({}));
    await lab.clock.settle();
    expect(lab.host.load).toEqual({ rooms: 0, sessions: 0 });
  });
});

function largeEdit(length: number): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "x".repeat(length));
  return Y.encodeStateAsUpdate(doc);
}
