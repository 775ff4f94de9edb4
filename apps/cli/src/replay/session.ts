import { setImmediate, setTimeout } from "node:timers/promises";
import type { Edit } from "@homeroom/trace";
import { ExitCode, Failure } from "../failure.js";
import { type Arrival, arrivalOf, hasArrived } from "./arrival.js";
import type { Member } from "./member.js";

export interface SessionOptions {
  readonly edits: readonly Edit[];
  /** By agent. */
  readonly members: readonly Member[];
  /** When each edit is due, in milliseconds from the start; null: as fast as it goes. */
  readonly due: Float64Array | null;
}

/** Edits that one author may have typed without knowing that they are durable. */
const WINDOW = 1_000;
/** Edits that one author types before the sockets get their turn. */
const BURST = 32;
/** Without any edit typed or acknowledged for this long, the replay gives up. */
const STALL_MS = 30_000;
const LOOK_AGAIN_MS = 1_000;

/** Several authors who type at the same time, each seeing what the recording says they saw. */
export class Session {
  readonly #options: SessionOptions;
  readonly #arrivals = new Map<number, Arrival>();
  /** Authors who wait for the moment at which their next edit is due. */
  #pausing = 0;
  #progress: number = performance.now();
  #started: number = performance.now();
  #stopped = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** To be told that an edit became durable. */
  progressed(): void {
    this.#progress = performance.now();
  }

  /**
   * Types all edits and waits until all are durable.
   * @throws Failure saying who could not go on, and why
   */
  async run(): Promise<void> {
    const { edits, members } = this.#options;
    this.#started = performance.now();
    this.progressed();
    try {
      await Promise.all(
        members.map((member, agent) =>
          this.#type(
            member,
            edits.filter((edit) => edit.agent === agent),
          ),
        ),
      );
    } finally {
      this.#stopped = true;
    }
  }

  async #type(member: Member, own: readonly Edit[]): Promise<void> {
    for (const [count, { index, seen, update }] of own.entries()) {
      await this.#pauseUntil(this.#options.due?.[index] ?? 0);
      await this.#until(member, "acknowledgements", () => member.outstanding < WINDOW);
      for (const other of seen) {
        await this.#until(member, `edit ${other} of another author`, () =>
          this.#sees(member, other),
        );
      }
      if (this.#stopped) return;
      if (update !== null) member.type(update);
      this.progressed();
      if (count % BURST === BURST - 1) await setImmediate();
    }
    await this.#until(member, "acknowledgements", () => member.outstanding === 0);
  }

  #sees(member: Member, index: number): boolean {
    const update = this.#options.edits[index]?.update;
    if (!update) return true;
    const arrival = this.#arrivals.get(index) ?? arrivalOf(update);
    this.#arrivals.set(index, arrival);
    return hasArrived(member.doc, arrival);
  }

  async #pauseUntil(due: number): Promise<void> {
    const left = this.#started + due - performance.now();
    if (left <= 1) return;
    this.#pausing += 1;
    await setTimeout(left);
    this.#pausing -= 1;
    this.progressed();
  }

  async #until(member: Member, what: string, done: () => boolean): Promise<void> {
    while (!this.#stopped && !done()) {
      if (member.failure !== null) throw new Failure(ExitCode.failed, [member.failure]);
      const still = performance.now() - this.#progress;
      if (this.#pausing === 0 && still > STALL_MS) {
        const why = member.trouble === null ? "" : `; not connected: ${member.trouble}`;
        const message = `nothing moved for ${STALL_MS / 1000} s, waiting for ${what}${why}`;
        throw new Failure(ExitCode.failed, [message]);
      }
      await member.change(LOOK_AGAIN_MS);
    }
  }
}
