import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  initial,
  next,
  type SaveEvent,
  type SaveMachine,
  unsavedOf,
} from "../src/save/save-machine.js";
import { statusAt } from "../src/save/save-status.js";

/**
 * A model of the world, which knows what the machine can only infer: which changes each message
 * holds, which of them the server has taken, and which are on its disk.
 */
class World {
  machine: SaveMachine = initial;
  now = 0;
  readonly made = new Set<number>();
  readonly durable = new Set<number>();
  /** In the memory of the server, until it is killed. */
  #held = new Set<number>();
  #connection: { messages: Set<number>[]; refused: Set<number>; settled: number } | null = null;

  report(event: SaveEvent extends infer E ? (E extends SaveEvent ? Omit<E, "at"> : never) : never) {
    this.machine = next(this.machine, { ...event, at: this.now });
  }

  change(): void {
    const id = this.made.size;
    this.made.add(id);
    this.report({ type: "changed" });
    if (this.#connection === null) return;
    this.#connection.messages.push(new Set([id]));
    this.report({ type: "sent", message: "update" });
  }

  open(): void {
    if (this.#connection !== null) return;
    this.report({ type: "connecting" });
    this.report({ type: "opened" });
    this.#connection = { messages: [], refused: new Set(), settled: 0 };
  }

  /** The server asks what it lacks, and the client answers. */
  ask(): void {
    if (this.#connection === null) return;
    this.#connection.messages.push(this.#lacking());
    this.report({ type: "sent", message: "step2" });
  }

  sync(): void {
    if (this.#connection !== null) this.report({ type: "synced" });
  }

  /** The server reads one more message, and takes or refuses it. */
  read(refuse: boolean): void {
    const connection = this.#connection;
    const message = connection?.messages[connection.settled];
    if (connection === null || message === undefined) return;
    connection.settled++;
    if (!refuse) {
      for (const id of message) this.#held.add(id);
      return;
    }
    connection.refused.add(connection.settled);
    this.report({ type: "refused", number: connection.settled, reason: "no" });
  }

  /** The server flushes all that it holds, and acknowledges. */
  flush(acknowledge: boolean): void {
    for (const id of this.#held) this.durable.add(id);
    if (this.#connection === null || !acknowledge) return;
    this.report({ type: "acknowledged", count: this.#connection.settled });
  }

  /** The connection ends; a killed server forgets what it had not flushed. */
  end(type: "closed" | "disconnected", killed: boolean): void {
    if (killed) this.#held = new Set(this.durable);
    if (killed || this.#connection !== null) this.report({ type });
    this.#connection = null;
  }

  /** Something that a broken server might say. */
  nonsense(number: number): void {
    this.report({ type: "acknowledged", count: 1_000_000 + number });
    this.report({ type: "acknowledged", count: 0 });
    this.report({ type: "refused", number: 0, reason: "" });
  }

  /** A connection on which everything goes well. */
  settle(): void {
    this.open();
    this.ask();
    this.sync();
    while (
      this.#connection !== null &&
      this.#connection.settled < this.#connection.messages.length
    ) {
      this.read(false);
    }
    this.flush(true);
  }

  wait(ms: number): void {
    this.now += ms;
  }

  #lacking(): Set<number> {
    return new Set([...this.made].filter((id) => !this.#held.has(id)));
  }
}

const step: fc.Arbitrary<(world: World) => void> = fc.oneof(
  { weight: 4, arbitrary: fc.constant((world: World) => world.change()) },
  { weight: 3, arbitrary: fc.constant((world: World) => world.open()) },
  { weight: 3, arbitrary: fc.constant((world: World) => world.ask()) },
  { weight: 3, arbitrary: fc.constant((world: World) => world.sync()) },
  { weight: 8, arbitrary: fc.nat(3).map((n) => (world: World) => world.read(n === 0)) },
  { weight: 5, arbitrary: fc.boolean().map((ack) => (world: World) => world.flush(ack)) },
  { weight: 1, arbitrary: fc.boolean().map((kill) => (world: World) => world.end("closed", kill)) },
  { weight: 1, arbitrary: fc.constant((world: World) => world.end("disconnected", false)) },
  { weight: 1, arbitrary: fc.nat(9).map((n) => (world: World) => world.nonsense(n)) },
  { weight: 1, arbitrary: fc.constant((world: World) => world.settle()) },
  { weight: 2, arbitrary: fc.nat(3000).map((ms) => (world: World) => world.wait(ms)) },
);

describe("whatever happens", () => {
  it("SS1, SM2: never says saved while a change is not durable, and never counts too few", () => {
    let saved = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
        const world = new World();
        for (const act of steps) {
          act(world);
          const { state, unsavedChanges } = statusAt(world.machine, world.now, 2000);
          const atRisk = [...world.made].filter((id) => !world.durable.has(id)).length;
          if (state === "saved") {
            saved++;
            expect(atRisk).toBe(0);
            expect(unsavedChanges).toBe(0);
          }
          expect(unsavedChanges).toBeGreaterThanOrEqual(atRisk);
        }
      }),
      { numRuns: 2000 },
    );
    // The property would hold for a machine that never says it.
    expect(saved).toBeGreaterThan(100);
  });

  it("SS1: says saved in the end, once a connection lasts and the server takes everything", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const world = new World();
        for (const act of steps) act(world);
        world.settle();
        expect(statusAt(world.machine, world.now, 2000)).toEqual({
          state: "saved",
          unsavedChanges: 0,
        });
      }),
      { numRuns: 500 },
    );
  });

  it("SM1: any event in any order is answered, and no state is changed in place", () => {
    const at = fc.nat(10_000);
    const event: fc.Arbitrary<SaveEvent> = fc.oneof(
      ...(["changed", "connecting", "opened", "synced", "closed", "disconnected"] as const).map(
        (type) => fc.record({ type: fc.constant(type), at }),
      ),
      fc.record({
        type: fc.constant("sent" as const),
        message: fc.constantFrom("step2" as const, "update" as const),
        at,
      }),
      fc.record({ type: fc.constant("acknowledged" as const), count: fc.integer(), at }),
      fc.record({
        type: fc.constant("refused" as const),
        number: fc.integer(),
        reason: fc.string(),
        at,
      }),
      fc.record({ type: fc.constant("denied" as const), code: fc.nat(), reason: fc.string(), at }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40, size: "max" }), (events) => {
        let state = initial;
        for (const each of events) {
          const before = JSON.stringify(state);
          const after = next(Object.freeze(state), each);
          expect(JSON.stringify(state)).toBe(before);
          state = after;
          expect(unsavedOf(state)?.count ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
