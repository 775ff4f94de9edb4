import { type AwarenessEntry, decodeAwareness, encodeAwareness } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { createLab } from "./harness/lab.js";
import { clientMessage } from "./harness/messages.js";
import type { Peer } from "./harness/peer.js";

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const entry = (client: number, clock: number, state: unknown): AwarenessEntry => ({
  client,
  clock,
  state: json(state),
});
const say = (peer: Peer, ...entries: AwarenessEntry[]): void =>
  peer.send(clientMessage.awareness(encodeAwareness(entries)));

/** The awareness messages that a client was sent, each as `client:clock:state`. */
const heard = (peer: Peer): string[][] =>
  peer.received.flatMap((message) =>
    message.type === "awareness"
      ? [
          decodeAwareness(message.update).map(
            ({ client, clock, state }) => `${client}:${clock}:${new TextDecoder().decode(state)}`,
          ),
        ]
      : [],
  );

/** Clients without a presence of their own, so that a test says every word. */
async function silent(lab: ReturnType<typeof createLab>): Promise<[Peer, Peer, Peer]> {
  const peers = [lab.yWebsocket("room"), lab.yWebsocket("room"), lab.hocuspocus("room")] as const;
  await lab.clock.advance(1_000);
  // Nobody echoes: what is sent back would only be in the way here.
  for (const peer of peers) {
    peer.received = [];
    peer.awareness.destroy();
  }
  return [...peers];
}

describe("relaying", () => {
  it("A1: what changed goes out at most every awarenessIntervalMs, the newest of each", async () => {
    const lab = createLab({ limits: { awarenessIntervalMs: 40 } });
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 1, { x: 0 }));
    await lab.clock.settle();
    expect(heard(c)).toEqual([['1:1:{"x":0}']]);
    for (let clock = 2; clock <= 20; clock++) {
      say(a, entry(1, clock, { x: clock }));
      if (clock === 10) say(b, entry(2, 1, { y: 1 }));
      await lab.clock.advance(1);
    }
    expect(heard(c)).toHaveLength(1);
    await lab.clock.advance(40);
    expect(heard(c).slice(1)).toEqual([['1:20:{"x":20}', '2:1:{"y":1}']]);
    expect(heard(b)).toEqual(heard(c));
  });

  it("A1: real clients see each other, in both dialects", async () => {
    const lab = createLab();
    const peers = [
      lab.yWebsocket("room", { awareness: { name: "Ada" } }),
      lab.hocuspocus("room", { awareness: { name: "Grace" } }),
      lab.yWebsocket("room", { awareness: { name: "Alan" } }),
    ];
    await lab.clock.advance(1_000);
    for (const peer of peers) {
      const names = [...peer.awareness.getStates().values()].map(({ name }) => name);
      expect(names.sort((x, y) => String(x).localeCompare(String(y)))).toEqual([
        "Ada",
        "Alan",
        "Grace",
      ]);
    }
    // Each has echoed the others; nothing goes round in circles.
    const before = peers.map((peer) => peer.count("awareness"));
    await lab.clock.advance(10_000);
    expect(peers.map((peer) => peer.count("awareness"))).toEqual(before);
  });

  it("A2: an entry that is not newer is dropped without a look at its JSON", async () => {
    const lab = createLab();
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 5, { x: 5 }));
    await lab.clock.advance(100);
    const nonsense = new TextEncoder().encode("{nonsense");
    say(b, { client: 1, clock: 5, state: nonsense }, { client: 1, clock: 4, state: nonsense });
    await lab.clock.advance(100);
    expect([b.closed, heard(c).length]).toEqual([null, 1]);
    say(a, { client: 1, clock: 6, state: nonsense });
    await lab.clock.advance(100);
    expect(a.closed?.code).toBe(4400);
  });

  it("A4: the clients of a session that left are announced as gone", async () => {
    const lab = createLab();
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 3, { x: 1 }), entry(2, 7, { x: 2 }));
    say(b, entry(3, 1, { x: 3 }));
    await lab.clock.advance(100);
    a.disconnect();
    await lab.clock.advance(100);
    expect(heard(c).at(-1)).toEqual(["1:3:null", "2:7:null"]);
    const joined = lab.yWebsocket("room");
    await lab.clock.advance(100);
    expect(heard(joined)).toEqual([['3:1:{"x":3}']]);
  });

  it("A4: so are those of one that was expelled", async () => {
    const lab = createLab();
    const [a, , c] = await silent(lab);
    say(a, entry(1, 3, { x: 1 }));
    await lab.clock.advance(100);
    a.send(clientMessage.update(Uint8Array.of(1, 2, 3)));
    await lab.clock.advance(100);
    expect([a.closed?.code, heard(c).at(-1)]).toEqual([4400, ["1:3:null"]]);
  });

  it("A4: a client that says good-bye itself is announced once", async () => {
    const lab = createLab();
    const [a, , c] = await silent(lab);
    say(a, entry(1, 3, { x: 1 }));
    await lab.clock.advance(100);
    say(a, entry(1, 4, null));
    await lab.clock.advance(100);
    a.disconnect();
    await lab.clock.advance(100);
    expect(heard(c)).toEqual([['1:3:{"x":1}'], ["1:4:null"]]);
  });

  it("A8: whoever joins is told who is there, without asking for the document", async () => {
    const lab = createLab();
    const open = lab.store.hold("open");
    const a = lab.yWebsocket("room", { awareness: { name: "Ada" } });
    await lab.clock.advance(100);
    const line = lab.dial({ path: "room" });
    // Its first message: an empty update.
    line.connection.receive(clientMessage.update(Uint8Array.of(0, 0)));
    await lab.clock.advance(100);
    expect(line.socket.writes.map((frame) => frame[2])).toEqual([1]);
    expect(a.synced).toBe(false);
    open();
    await lab.clock.settle();
    expect(a.synced).toBe(true);
  });

  it("A8: and whoever asks", async () => {
    const lab = createLab();
    const [a, b] = await silent(lab);
    say(a, entry(1, 3, { x: 1 }));
    await lab.clock.advance(100);
    b.send(clientMessage.queryAwareness());
    await lab.clock.advance(100);
    expect(heard(b)).toEqual([['1:3:{"x":1}'], ['1:3:{"x":1}']]);
    expect(heard(a)).toHaveLength(1);
  });
});

describe("owners", () => {
  it("A3: others cannot speak for a client, and its session is probed", async () => {
    const lab = createLab();
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 3, { x: "mine" }));
    await lab.clock.advance(100);
    say(b, entry(1, 9, { x: "forged" }));
    say(b, entry(1, 3, null));
    await lab.clock.advance(100);
    expect(heard(c)).toEqual([['1:3:{"x":"mine"}']]);
    expect([a.socket.probes, b.socket.probes]).toEqual([1, 0]);
    expect(b.closed).toBeNull();
  });

  it("A3: the place is free once the session has left", async () => {
    const lab = createLab();
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 3, { x: 1 }));
    await lab.clock.advance(100);
    a.disconnect();
    await lab.clock.advance(100);
    say(b, entry(1, 4, { x: 2 }));
    await lab.clock.advance(100);
    expect(heard(c).at(-1)).toEqual(['1:4:{"x":2}']);
  });

  it("A5: a client that rejoins with a clock that was seen already is made to step it", async () => {
    const lab = createLab();
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 5, { x: 1 }));
    await lab.clock.advance(100);
    a.disconnect();
    await lab.clock.advance(100);
    say(b, entry(1, 5, { x: 2 }));
    await lab.clock.advance(100);
    expect(heard(b).at(-1)).toEqual(["1:5:null"]);
    expect(heard(c).at(-1)).toEqual(["1:5:null"]);
    const lines = heard(c).length;
    say(b, entry(1, 6, { x: 2 }));
    await lab.clock.advance(100);
    expect(heard(c).slice(lines)).toEqual([['1:6:{"x":2}']]);
  });

  it("A5: a real client that comes back is seen again at once", async () => {
    const lab = createLab();
    const a = lab.yWebsocket("room", { awareness: { name: "Ada" } });
    const b = lab.hocuspocus("room");
    await lab.clock.advance(100);
    for (let i = 0; i < 3; i++) {
      a.disconnect();
      await lab.clock.advance(100);
      expect([...b.awareness.getStates().values()]).toEqual([]);
      a.connect();
      await lab.clock.advance(100);
      expect([...b.awareness.getStates().values()]).toEqual([{ name: "Ada" }]);
    }
  });

  it("A5: a clock that leaves its client none to step to is not believed", async () => {
    const lab = createLab();
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 2 ** 30, { x: 1 }));
    await lab.clock.advance(100);
    expect([a.closed, heard(c)]).toEqual([null, []]);
    say(b, entry(1, 1, { x: 2 }));
    await lab.clock.advance(100);
    expect(heard(c)).toEqual([['1:1:{"x":2}']]);
  });

  it("A7: a session speaks for at most maxAwarenessIds clients, also within one message", async () => {
    const lab = createLab({ limits: { maxAwarenessIds: 3 } });
    const [a, b, c] = await silent(lab);
    say(a, ...[1, 2, 3, 4, 5].map((client) => entry(client, 1, { x: client })));
    await lab.clock.advance(100);
    for (let client = 6; client < 20; client++) say(a, entry(client, 1, { x: client }));
    await lab.clock.advance(100);
    expect(
      heard(c)
        .flat()
        .map((line) => line.split(":")[0]),
    ).toEqual(["1", "2", "3"]);
    expect(a.closed).toBeNull();
    // Who makes room may fill it; what was not looked at before is looked at now.
    say(a, entry(1, 2, null), { client: 30, clock: 1, state: new TextEncoder().encode("{") });
    await lab.clock.advance(100);
    say(a, entry(31, 1, {}));
    await lab.clock.advance(100);
    expect(heard(c).flat().slice(3)).toEqual(["1:2:null", "31:1:{}"]);
    say(b, entry(4, 1, { x: "of another session" }));
    await lab.clock.advance(100);
    expect(heard(c).flat().at(-1)).toBe('4:1:{"x":"of another session"}');
  });
});

describe("hostile awareness", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it.each([
    ["no JSON", bytes("{name: 1}")],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0x22)],
    ["larger than 4 KB", bytes(JSON.stringify("x".repeat(4_095)))],
    ["nested deeper than 100", bytes("[".repeat(101) + "]".repeat(101))],
  ])("A6: a state that is %s closes its sender, and nothing of it is taken", async (_, state) => {
    const lab = createLab();
    const [a, b, c] = await silent(lab);
    say(a, entry(1, 1, { x: 1 }), { client: 2, clock: 1, state });
    await lab.clock.advance(100);
    expect(a.closed?.code).toBe(4400);
    expect([b.closed, c.closed]).toEqual([null, null]);
    expect(heard(c).flat()).toEqual([]);
    expect(lab.meter.refusals).toEqual(["malformed"]);
  });

  it("A6: so does a good-bye that only begins like one", async () => {
    const lab = createLab();
    const [a, , c] = await silent(lab);
    say(a, entry(1, 1, { x: 1 }));
    await lab.clock.advance(100);
    say(a, { client: 1, clock: 2, state: bytes("nuts") });
    await lab.clock.advance(100);
    expect([a.closed?.code, heard(c).at(-1)]).toEqual([4400, ["1:1:null"]]);
  });

  it.each([
    ["a count without entries", Uint8Array.of(5)],
    ["a state beyond its end", Uint8Array.of(1, 1, 1, 9, 0x6e)],
    ["something after its end", Uint8Array.of(0, 0)],
    ["a clock beyond 2^31", Uint8Array.of(1, 1, 0x80, 0x80, 0x80, 0x80, 0x08, 2, 0x7b, 0x7d)],
  ])("A6: so does %s", async (_, update) => {
    const lab = createLab();
    const [a, b] = await silent(lab);
    a.send(clientMessage.awareness(update));
    await lab.clock.advance(100);
    expect([a.closed?.code, b.closed]).toEqual([4400, null]);
  });

  it("A6: the limits themselves are allowed", async () => {
    const lab = createLab();
    const [a, , c] = await silent(lab);
    say(a, { client: 1, clock: 1, state: bytes(JSON.stringify("x".repeat(4_094))) });
    say(a, { client: 2, clock: 2 ** 30 - 1, state: bytes("[".repeat(100) + "]".repeat(100)) });
    await lab.clock.advance(100);
    expect(a.closed).toBeNull();
    expect(heard(c).flat()).toHaveLength(2);
  });
});
