import type { Cursor, StoredRoom } from "@homeroom/room";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { name } from "../contract/samples.js";
import { type Fault, MemoryPrimary, MemorySharedStore, type PrimaryData } from "../src/index.js";
import { ManualClock } from "./manual-clock.js";
import { seeded } from "./seeded.js";
import { Edits, editsIn, JournalNode } from "./two-copies.js";

const room = name("docs/plan");

/**
 * One room, two nodes that take turns as its home, and every edit that was acknowledged. Whatever
 * goes wrong, an acknowledged edit is there when the room is next opened.
 */
class World {
  readonly primary = new MemoryPrimary(new ManualClock());
  readonly shared = new MemorySharedStore(this.primary);
  readonly nodes = [new JournalNode(this.shared), new JournalNode(this.shared)];
  readonly acknowledged = new Set<string>();
  #epoch = 0;
  #home: JournalNode | null = null;
  #edits = new Edits();
  #made = 0;
  /** The home's journal: what was not yet acknowledged, and where the last durable record is. */
  #waiting: { id: string | null; update: Uint8Array }[] = [];
  #cursor: Cursor | null = null;
  /** What nodes opened ahead of time. */
  readonly #opened = new Map<JournalNode, StoredRoom>();
  #older: PrimaryData | null = null;
  /** What was lost while nobody was there to put it back is on some disk, and there alone. */
  #scattered = false;

  fault(when: Fault | null, operation: string | null = null): void {
    this.primary.fault = (each) => (operation === null || each === operation ? when : null);
  }

  /** Makes a node home; what the one before had not written is handed over, or dropped. */
  async claim(which: number, handOver: boolean): Promise<void> {
    const node = this.nodes[which];
    if (!node) throw new Error(`no node ${which}`);
    for (const each of this.nodes) if (each.homes.delete(room)) each.store.forget(room);
    const left = handOver ? this.#waiting : [];
    this.#home = null;
    this.#waiting = [];
    const epoch = ++this.#epoch;
    const owner = { node: `${which}`, incarnation: 1, epoch, state: "held" } as const;
    this.primary.data.owners.set(room, owner);
    this.primary.data.fences.set(room, epoch);
    node.homes.set(room, { node: `${which}`, epoch });
    try {
      const stored = await node.store.open(room, this.#opened.get(node));
      this.#check(editsIn(stored));
      const tail = [...stored.tail, ...left.map(({ update }) => update)];
      this.#edits = new Edits({ ...stored, tail });
      this.#cursor = stored.cursor;
    } catch (error) {
      node.homes.delete(room);
      expect(error).toMatchObject({ code: "UNAVAILABLE" });
      return;
    }
    this.#home = node;
    this.#waiting = left;
  }

  /** The node reads the room ahead of time, and remembers it whatever happens until it is home. */
  async prepare(which: number): Promise<void> {
    const node = this.nodes[which];
    if (!node || node === this.#home) return;
    const stored = await node.store.open(room).catch(() => null);
    if (stored) this.#opened.set(node, stored);
  }

  async edit(): Promise<void> {
    if (!this.#home) return;
    const id = `edit ${++this.#made}`;
    this.#waiting.push({ id, update: this.#edits.make(id) });
    await this.commit();
  }

  /** What was found in the shared store is an edit like any other; snapshots are made on demand. */
  async attend(): Promise<void> {
    for (const update of this.#home?.found.splice(0) ?? []) {
      for (const emitted of this.#edits.apply(update)) {
        this.#waiting.push({ id: null, update: emitted });
      }
    }
    if (this.#home && this.#home.snapshotsAskedFor.splice(0).length > 0) await this.compact();
  }

  async commit(): Promise<void> {
    const home = this.#home?.homes.get(room);
    if (!this.#home || !home || this.#waiting.length === 0) return;
    const updates = this.#waiting.map(({ update }) => update);
    const [outcome] = await this.#home.store.append([{ room, home, updates }]);
    if (outcome?.ok) {
      for (const { id } of this.#waiting) if (id !== null) this.acknowledged.add(id);
      this.#waiting = [];
      this.#cursor = outcome.cursor;
    } else expect(outcome?.error.code).toBe("UNAVAILABLE");
  }

  async compact(): Promise<void> {
    const home = this.#home?.homes.get(room);
    if (!this.#home || !home || !this.#cursor) return;
    const snapshot = this.#edits.encode();
    await this.#home.store.compact(room, home, snapshot, this.#cursor).catch((error) => {
      expect(error).toMatchObject({ code: "UNAVAILABLE" });
    });
  }

  crash(): void {
    this.#home?.restart();
    this.#home = null;
    this.#waiting = [];
  }

  copy(): void {
    this.#older = this.primary.copy();
  }

  /** The shared store comes back with less, and its home, where there is one, reconciles. */
  async lose(data: "older" | "nothing"): Promise<void> {
    this.primary.restart(data === "older" ? this.#older : null);
    const owner = { node: "", incarnation: 1, epoch: this.#epoch, state: "held" } as const;
    this.primary.data.owners.set(room, owner);
    const count = await this.#home?.store.reconcile().catch(() => null);
    if (!count || count.pending > 0) this.#scattered = true;
  }

  /** Everything works again; whoever opens the room last must see every acknowledged edit. */
  async end(): Promise<void> {
    this.fault(null);
    for (const node of this.nodes) node.disk.fault = () => null;
    await this.#home?.store.reconcile();
    for (let times = 0; times < 2; times++) {
      await this.attend();
      await this.commit();
    }
    for (const which of [0, 1]) await this.claim(which, true);
    this.#scattered = false;
    for (const which of [0, 1]) {
      this.nodes[which]?.restart();
      await this.claim(which, true);
    }
  }

  #check(found: readonly string[]): void {
    if (this.#scattered) return;
    const there = new Set(found);
    expect([...this.acknowledged].filter((id) => !there.has(id))).toEqual([]);
  }
}

interface Command {
  readonly run: (world: World) => Promise<void> | void;
  /** What a counterexample prints. */
  readonly [fc.toStringMethod]: () => string;
}

const likely = (weight: number, text: string, run: Command["run"]) => ({
  weight,
  arbitrary: fc.constant<Command>({ run, [fc.toStringMethod]: () => text }),
});

const ordinary = [
  likely(12, "edit", (world) => world.edit()),
  likely(3, "commit", (world) => world.commit()),
  likely(3, "compact", (world) => world.compact()),
  likely(2, "0 prepares", (world) => world.prepare(0)),
  likely(2, "1 prepares", (world) => world.prepare(1)),
  likely(2, "0 claims", (world) => world.claim(0, true)),
  likely(2, "1 claims", (world) => world.claim(1, true)),
  likely(1, "0 claims, nothing handed over", (world) => world.claim(0, false)),
  likely(1, "the home crashes", (world) => world.crash()),
  likely(4, "the shared store answers", (world) => world.fault(null)),
  likely(2, "the shared store is away", (world) => world.fault("before")),
  likely(1, "its answers are lost", (world) => world.fault("after")),
  likely(1, "answers to appends are lost", (world) => world.fault("after", "append")),
  likely(1, "nothing can be installed", (world) => world.fault("before", "install")),
];

const losses = [
  likely(2, "a copy is kept", (world) => world.copy()),
  likely(2, "it comes back from that copy", (world) => world.lose("older")),
  likely(1, "it comes back empty", (world) => world.lose("nothing")),
];

const diskFaults = [0, 1].flatMap((which) => [
  likely(1, `disk ${which} takes no appends`, ({ nodes }) => {
    const disk = nodes[which]?.disk;
    if (disk) disk.fault = (operation) => (operation === "append" ? "before" : null);
  }),
  likely(1, `disk ${which} fails`, ({ nodes }) => {
    const disk = nodes[which]?.disk;
    if (disk) disk.fault = () => "before";
  }),
  likely(2, `disk ${which} works`, ({ nodes }) => {
    const disk = nodes[which]?.disk;
    if (disk) disk.fault = () => null;
  }),
]);

async function check(what: string, commands: readonly (typeof ordinary)[number][]): Promise<void> {
  const steps = fc.array(fc.oneof(...commands), { minLength: 1, maxLength: 60, size: "max" });
  const property = fc.asyncProperty(steps, async (taken) => {
    const world = new World();
    await world.claim(0, true);
    for (const { run } of taken) {
      await run(world);
      await world.attend();
    }
    await world.end();
  });
  await fc.assert(property, { seed: seeded(what), numRuns: 200 });
}

test("no acknowledged edit is lost while the shared store loses what it had", async () => {
  await check("losses", [...ordinary, ...losses]);
}, 60_000);

test("no acknowledged edit is lost while disks fail", async () => {
  await check("disks", [...ordinary, ...diskFaults]);
}, 60_000);
