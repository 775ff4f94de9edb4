import type { RoomName } from "@homeroom/protocol";
import type { Clock, Timer } from "@homeroom/room";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { announcement, bytes, name } from "../contract/samples.js";
import {
  ClaimGate,
  Claims,
  type Directory,
  type Fault,
  LeaseKeeper,
  MemoryDirectory,
  MemoryPrimary,
  MemorySharedStore,
  NodeList,
  type PrimaryData,
} from "../src/index.js";
import { ManualClock, settle } from "./manual-clock.js";
import { seeded } from "./seeded.js";
import { silent } from "./silent.js";

const ttlMs = 5_000;
const nodeCount = 3;
/** The rules are looked at this often while time passes. */
const stepMs = 250;
const rooms = ["docs/a", "docs/b"].map(name);

/** One process's way out of the world: its timers, and its messages to the directory. */
class Outside implements Clock {
  readonly #world: World;
  #stopped = false;
  #killed = false;
  #due: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  now = (): number => this.#world.clock.now();
  monotonic = (): number => this.#world.clock.monotonic();
  soon = (task: () => void): void => this.#world.clock.soon(task);

  after(ms: number, task: () => void): Timer {
    let cancelled = false;
    const timer = this.#world.clock.after(ms, () =>
      this.#whenRunning(() => {
        if (!cancelled) task();
      }),
    );
    return {
      cancel: () => {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  /** The directory at the end of a wire: requests and answers take their time. */
  get directory(): Directory {
    return new Proxy(this.#world.directory, {
      get: (directory, property: keyof Directory) => {
        const method = directory[property] as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          await this.#world.delay();
          const answer = method.apply(directory, args);
          await answer.catch(() => {});
          await this.#world.delay();
          await new Promise<void>((resolve) => this.#whenRunning(resolve));
          return await answer;
        };
      },
    });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
  }

  kill(): void {
    this.#stopped = true;
    this.#killed = true;
  }

  resume(): void {
    if (this.#killed) return;
    this.#stopped = false;
    for (const run of this.#due.splice(0)) run();
  }

  #whenRunning(task: () => void): void {
    if (this.#stopped) this.#due.push(task);
    else task();
  }
}

/** One process: what a coordinator makes of this package's parts, without its rooms. */
class Process {
  readonly outside: Outside;
  readonly keeper: LeaseKeeper;
  readonly claims: Claims;

  constructor(node: string, world: World) {
    this.outside = new Outside(world);
    const { directory } = this.outside;
    const gate = new ClaimGate(ttlMs, this.outside, () => this.#verify());
    this.keeper = new LeaseKeeper({
      directory,
      node,
      process: `process-${++world.started}`,
      ttlMs,
      clock: this.outside,
      random: () => 0,
      logger: silent,
      announce: () => announcement,
      onChange: (state) => {
        if (state.name === "held") this.#verify();
      },
      onPrimary: (primary) => gate.observe(primary),
    });
    this.claims = new Claims({
      directory,
      nodes: new NodeList(directory, this.outside, ttlMs / 4),
      gate,
      self: () => this.keeper.self,
      logger: silent,
    });
    this.keeper.start();
  }

  #verify(): void {
    this.claims.verify().catch(() => {});
  }
}

class World {
  readonly clock = new ManualClock();
  readonly primary = new MemoryPrimary(this.clock);
  readonly directory = new MemoryDirectory(this.primary, ttlMs);
  readonly store = new MemorySharedStore(this.primary);
  readonly processes: Process[] = [];
  /** The highest epoch that a claim of the room was given, and what was accepted under each. */
  readonly claimed = new Map<RoomName, number>();
  readonly writers = new Map<string, string>();
  started = 0;
  faults: (Fault | null)[] = [];
  delays: number[] = [];
  copy: PrimaryData | null = null;

  constructor() {
    this.primary.fault = () => {
      // Every request takes a while, so no two are answered in one millisecond.
      this.clock.jump(1);
      return this.faults.shift() ?? null;
    };
    const claim = this.directory.claim.bind(this.directory);
    this.directory.claim = async (room, claimant, previous) => {
      const before = this.primary.data.owners.get(room);
      try {
        return await claim(room, claimant, previous);
      } finally {
        // Whether or not the answer arrives, the claim counts.
        const after = this.primary.data.owners.get(room);
        if (after && after !== before) this.#claimMade(room, after.epoch);
      }
    };
    for (let node = 0; node < nodeCount; node++) this.start(node);
  }

  async delay(): Promise<void> {
    const ms = this.delays.shift() ?? 0;
    if (ms > 0) await new Promise<void>((resolve) => this.clock.after(ms, resolve));
  }

  kill(node: number): void {
    this.process(node).outside.kill();
  }

  start(node: number): void {
    this.processes[node] = new Process(`node-${node}`, this);
  }

  process(node: number): Process {
    const process = this.processes[node];
    if (!process) throw new Error(`no node ${node}`);
    return process;
  }

  /** What a running process does; one that is stopped does nothing. */
  by(node: number, work: (process: Process) => Promise<unknown>): void {
    const process = this.process(node);
    if (!process.outside.stopped) work(process).catch(() => {});
  }

  /** Rule 1: epochs only rise. */
  #claimMade(room: RoomName, epoch: number): void {
    if (epoch <= (this.claimed.get(room) ?? 0)) this.broken.push(`epoch ${epoch} of ${room}`);
    this.claimed.set(room, epoch);
  }

  readonly broken: string[] = [];

  /** Rules 1 and 2: one writer per epoch, and none below the highest claim that is remembered. */
  async append(node: number, room: RoomName): Promise<void> {
    const home = this.process(node).claims.homeOf(room);
    if (!home) return;
    const claimed = this.primary.data.owners.get(room)?.epoch ?? 0;
    const batch = [{ room, home, updates: [bytes(`of ${home.node}`)] }];
    const [outcome] = await this.store.append(batch);
    if (!outcome?.ok) return;
    if (home.epoch < claimed) this.broken.push(`${home.node} wrote to ${room} below its fence`);
    const key = `${room} under ${home.epoch}`;
    const writer = this.writers.get(key) ?? home.node;
    if (writer !== home.node) this.broken.push(`${home.node} and ${writer} wrote to ${key}`);
    this.writers.set(key, home.node);
  }

  /** Rule 3: at most one home of a room relies on its lease. */
  checkOneHome(): void {
    for (const room of rooms) {
      const homes = this.processes.filter(({ claims }) => claims.certain(room));
      if (homes.length > 1) this.broken.push(`${homes.length} homes of ${room}`);
    }
  }
}

type Step = (world: World) => Promise<void> | void;
interface Command {
  readonly run: Step;
  /** What a counterexample prints. */
  readonly [fc.toStringMethod]: () => string;
}

const command = (text: string, run: Step): Command => ({
  run,
  [fc.toStringMethod]: () => text,
});
const node = fc.nat({ max: nodeCount - 1 });
const room = fc.constantFrom(...rooms);

const ms = (max: number) => fc.integer({ min: 1, max });
/** How often, for each thing that may happen. */
const likely = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });

const nodesAndMessages = [
  likely(
    8,
    fc
      .tuple(node, room)
      .map(([by, target]) =>
        command(`node ${by} claims ${target}`, (world) =>
          world.by(by, ({ claims }) => claims.claim(target)),
        ),
      ),
  ),
  likely(
    8,
    fc
      .tuple(node, room)
      .map(([by, target]) =>
        command(`node ${by} writes to ${target}`, (world) =>
          world.by(by, () => world.append(by, target)),
        ),
      ),
  ),
  likely(
    6,
    fc.oneof(ms(200), ms(ttlMs), ms(2 * ttlMs)).map((time) =>
      command(`pass ${time} ms`, async (world) => {
        for (let passed = 0; passed < time; passed += stepMs) {
          await world.clock.run(Math.min(stepMs, time - passed));
          world.checkOneHome();
        }
      }),
    ),
  ),
  likely(
    1,
    fc
      .tuple(node, room)
      .map(([by, target]) =>
        command(`node ${by} releases ${target}`, (world) =>
          world.by(by, ({ claims }) => claims.release(target)),
        ),
      ),
  ),
  likely(
    2,
    fc.tuple(node, ms(3 * ttlMs)).map(([which, time]) =>
      command(`node ${which} is stopped for ${time} ms`, (world) => {
        const { outside } = world.process(which);
        outside.stop();
        world.clock.after(time, () => outside.resume());
      }),
    ),
  ),
  likely(
    1,
    node.map((which) =>
      command(`node ${which} is killed and started again`, (world) => {
        world.kill(which);
        world.start(which);
      }),
    ),
  ),
  likely(
    1,
    fc
      .array(fc.constantFrom<Fault | null>("before", "after", null), { minLength: 1, maxLength: 6 })
      .map((faults) =>
        command(`messages are lost: ${faults.join(" ")}`, (world) => {
          world.faults = [...faults];
        }),
      ),
  ),
  likely(
    2,
    fc.array(ms(2 * ttlMs), { minLength: 1, maxLength: 4 }).map((delays) =>
      command(`messages take ${delays.join(" ")} ms`, (world) => {
        world.delays = [...delays];
      }),
    ),
  ),
];

const everything = [
  ...nodesAndMessages,
  likely(
    2,
    fc.tuple(node, node, room).map(([by, to, target]) =>
      command(`node ${by} transfers ${target} to node ${to}`, (world) =>
        world.by(by, async ({ claims }) => {
          const nodes = await world.directory.nodes();
          const record = nodes.find((each) => each.node === `node-${to}`);
          if (record && by !== to) await claims.transfer(target, record);
        }),
      ),
    ),
  ),
  likely(
    2,
    node.map((which) =>
      command(`node ${which} is declared dead`, async ({ directory, primary }) => {
        const lease = primary.data.leases.get(`node-${which}`);
        if (lease) await directory.declareDead(lease).catch(() => {});
      }),
    ),
  ),
  likely(
    1,
    fc.constant(
      command("a copy of the data is kept", (world) => {
        world.copy = world.primary.copy();
      }),
    ),
  ),
  likely(
    1,
    fc.constantFrom("kept", "copy", "empty", "flushed").map((what) =>
      command(`the primary changes: ${what}`, ({ primary, copy }) => {
        if (what === "flushed") primary.flush();
        else if (what === "empty") primary.restart(null);
        else if (what === "copy" && copy) primary.restart(copy);
        else primary.restart();
      }),
    ),
  ),
];

type Possible = (typeof nodesAndMessages)[number];

async function check(
  commands: readonly Possible[],
  broken: (world: World) => readonly string[],
  seed: number,
): Promise<void> {
  const steps = fc.array(fc.oneof(...commands), { minLength: 1, maxLength: 60, size: "max" });
  const property = fc.asyncProperty(steps, async (taken) => {
    const world = new World();
    await world.clock.run(2 * ttlMs);
    for (const { run } of taken) {
      await run(world);
      await settle();
      world.checkOneHome();
    }
    expect(broken(world)).toEqual([]);
  });
  await fc.assert(property, { seed, numRuns: 250 });
}

test("rules 1 to 3 hold while nodes and messages fail", async () => {
  await check(nodesAndMessages, ({ broken }) => broken, seeded("nodes and messages"));
}, 60_000);

test("rules 1 and 2 hold whatever else goes wrong", async () => {
  const oneHome = /homes of/;
  const broken = (world: World) => world.broken.filter((each) => !oneHome.test(each));
  await check(everything, broken, seeded("everything"));
}, 60_000);
