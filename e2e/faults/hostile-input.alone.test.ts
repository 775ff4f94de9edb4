import { join } from "node:path";
import {
  editsIn,
  eventually,
  type HomeroomProcess,
  type Lab,
  percentile,
  type Random,
  RawClient,
  seededRandom,
  syncMessage,
  tracesDir,
} from "@homeroom/testkit";
import { readTrace, replay } from "@homeroom/trace";
import { expect } from "vitest";
import * as Y from "yjs";
import { craftedUpdates, mutate, realUpdates } from "../support/mutations.js";
import { documentOf } from "../support/room-api.js";
import { test } from "../support/test.js";

const hostileUpdates = 10_000;
const editEveryMs = 40;

/** What the attacker starts from: updates of a recorded session and of every kind of content. */
async function corpus(random: Random): Promise<readonly Uint8Array[]> {
  const made = realUpdates(random, 600);
  const traces = tracesDir();
  if (traces === null) {
    process.stderr.write("NO RECORDED SESSIONS: mutating made updates alone\n");
    return made;
  }
  const trace = await readTrace(join(traces, "friendsforever.concurrent.json.gz"));
  const typed: Uint8Array[] = [];
  for (const { update } of replay(trace, { root: "hostile-typed" })) {
    if (update !== null) typed.push(update);
    if (typed.length === 600) break;
  }
  return [...made, ...typed];
}

/** One client that sends hostile messages and comes back each time it is thrown out. */
class Attacker {
  readonly closes = new Map<number, number>();
  /** Messages after which the socket was still open. */
  taken = 0;
  readonly #server: HomeroomProcess;
  readonly #room: string;
  readonly #doc = new Y.Doc();
  #client: RawClient | null = null;

  constructor(server: HomeroomProcess, room: string) {
    this.#server = server;
    this.#room = room;
  }

  /** Sends one frame and resolves once the server has judged it. */
  async send(frame: Uint8Array): Promise<void> {
    for (;;) {
      const first = this.#client === null;
      const client = this.#client ?? (await this.#connect());
      client.send(frame);
      if (await client.wasRead()) {
        this.taken += 1;
        return;
      }
      const { code } = await client.closes();
      this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
      this.#client = null;
      // Otherwise it may have been an earlier frame that closed, and nobody has read this one.
      if (first) return;
    }
  }

  close(): void {
    this.#client?.terminate();
  }

  async #connect(): Promise<RawClient> {
    const options = { answer: false, doc: this.#doc };
    this.#client = await RawClient.connect(this.#server.wsUrl, this.#room, options);
    return this.#client;
  }
}

/** Two people in a room, one of whom edits while the other one watches when it arrives. */
async function pair(lab: Lab, server: HomeroomProcess, room: string, name: string) {
  const editor = await lab.join(server, room, { ack: true });
  const watcher = await lab.join(server, room, { ack: true });
  const sent = new Map<string, number>();
  const latencies: number[] = [];
  watcher.doc.getArray<string>("edits").observe((event) => {
    for (const { insert = [] } of event.changes.delta) {
      for (const id of insert as string[]) {
        const at = sent.get(id);
        if (at !== undefined) latencies.push(performance.now() - at);
        sent.delete(id);
      }
    }
  });
  let edits = 0;
  const timer = setInterval(() => {
    const id = `${name}:${edits++}`;
    sent.set(id, performance.now());
    editor.edit((doc) => doc.getArray("edits").push([id]));
  }, editEveryMs);
  return {
    clients: [editor, watcher],
    latencies,
    async stop(): Promise<void> {
      clearInterval(timer);
      await editor.allAcknowledged();
      await eventually(() => sent.size === 0, { message: () => `${sent.size} edits never came` });
    },
    ids: () => Array.from({ length: edits }, (_, number) => `${name}:${number}`),
  };
}

test("10,000 mutated updates disturb nobody and leave every room whole", {
  timeout: 300_000,
}, async ({ lab }) => {
  const random = seededRandom("hostile input");
  let server = await lab.homeroom();
  const updates = await corpus(random);
  const elsewhere = await pair(lab, server, "elsewhere", "ada");
  const attacked = await pair(lab, server, "attacked", "grace");
  const attacker = lab.own(new Attacker(server, "attacked"));

  // What the machine gives while nobody attacks, to read the numbers by.
  await eventually(() => elsewhere.latencies.length >= 50);
  const calm = percentile(elsewhere.latencies.splice(0), 0.99);

  for (const [number, update] of craftedUpdates().entries()) {
    for (const kind of ["update", "step2"] as const) {
      const client = await lab.connect(server, "attacked", { answer: false });
      client.send(syncMessage(kind, update));
      expect((await client.closes()).code, `crafted ${kind} ${number}`).toBe(4400);
    }
  }

  for (let sent = 0; sent < hostileUpdates; sent++) {
    const kind = random.chance(0.8) ? "update" : "step2";
    await attacker.send(syncMessage(kind, mutate(updates, random)));
    // Real ones between them, so that altered ones find ground to stand on.
    if (random.chance(0.2)) {
      const real = updates[Math.floor((sent / hostileUpdates) * updates.length)] as Uint8Array;
      await attacker.send(syncMessage("update", real));
    }
  }
  await elsewhere.stop();
  await attacked.stop();

  const closes = Object.fromEntries(attacker.closes);
  process.stdout.write(
    `hostile input: closes ${JSON.stringify(closes)}, taken ${attacker.taken}\n`,
  );
  // Both ways were walked, and nobody was thrown out for another reason than what they sent.
  expect(attacker.closes.get(4400)).toBeGreaterThan(hostileUpdates / 4);
  expect(attacker.taken).toBeGreaterThan(100);
  expect([...attacker.closes.keys()]).toEqual([4400]);

  for (const { clients, latencies } of [elsewhere, attacked]) {
    expect(clients.map(({ closeInfo }) => closeInfo)).toEqual([null, null]);
    const p99 = percentile(latencies, 0.99);
    const measured = `p99 of ${latencies.length} edits ${p99.toFixed(1)} ms, ${calm.toFixed(1)} ms before`;
    process.stdout.write(`hostile input: ${measured}\n`);
    expect(latencies.length).toBeGreaterThan(100);
    expect(p99, measured).toBeLessThan(100);
  }

  expect((await server.stop()).code).toBe(0);
  server = await lab.homeroom({ dataDir: server.dataDir });
  for (const [room, { ids }] of [
    ["elsewhere", elsewhere],
    ["attacked", attacked],
  ] as const) {
    const doc = await documentOf(server, room);
    expect(editsIn(doc)).toEqual(ids());
    // It encodes, and a client that has nothing gets the same.
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
    expect(copy.getArray("edits").toJSON()).toEqual(doc.getArray("edits").toJSON());
  }
});

test("frames that are no messages of any dialect close their sender and nobody else", async ({
  lab,
}) => {
  const random = seededRandom("hostile frames");
  const server = await lab.homeroom();
  const attacked = await pair(lab, server, "attacked", "grace");
  for (let frame = 0; frame < 500; frame++) {
    const client = await RawClient.connect(server.wsUrl, "attacked", { answer: false });
    client.sendStep1();
    // Not a sync, awareness or query message: y-websocket knows no type from 4 on.
    client.send(Uint8Array.of(random.integer(4, 127), ...random.bytes(random.integer(0, 40))));
    expect((await client.closes()).code).toBe(4400);
  }
  await attacked.stop();
  expect(attacked.clients.map(({ closeInfo }) => closeInfo)).toEqual([null, null]);
});
