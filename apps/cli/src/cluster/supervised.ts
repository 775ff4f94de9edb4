import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { inTime } from "../serve/in-time.js";
import type { Logger } from "../serve/serve.js";
import { begin, type Ending, type Event, next, type State } from "./supervision.js";

/** A process of the cluster, and how to begin and end it. */
export interface Member {
  readonly name: string;
  /** One that is not ready after so long is stuck, in milliseconds. */
  readonly startWithinMs: number;
  start(): Life;
  /** Asks it to stop. */
  leave(process: ChildProcess): void;
}

/** One run of a member's process, which leads a process group of its own. */
export interface Life {
  readonly process: ChildProcess;
  /** Resolves with its URL once it is ready; stays open where it ends before. */
  readonly ready: Promise<string>;
}

/** For the kernel to end what was killed. */
const KILLING_MS = 5_000;

/** Starts a member, and starts it again when it dies, until it is told to stop. */
export class Supervised {
  readonly name: string;
  /** Its URL, once it is ready for the first time; stays open where it never is. */
  readonly ready: Promise<string>;
  readonly ended: Promise<Ending>;
  readonly #member: Member;
  readonly #logger: Logger;
  #state: State = begin;
  #process: ChildProcess | null = null;
  /** Of the start or the pause that is under way. */
  #timer: NodeJS.Timeout | undefined;
  #becameReady: (url: string) => void = () => undefined;
  #becameEnded: (why: Ending) => void = () => undefined;

  constructor(member: Member, logger: Logger) {
    this.name = member.name;
    this.#member = member;
    this.#logger = logger;
    this.ready = new Promise((resolve) => {
      this.#becameReady = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#becameEnded = resolve;
    });
    this.#start();
  }

  /**
   * Tells it to stop, and kills it and what it started where that takes longer than `within`
   * milliseconds. @returns whether it stopped by itself
   */
  async stop(within: number): Promise<boolean> {
    this.#on({ type: "stop" });
    if (await inTime(this.ended, within)) return true;
    this.#logger.error({ member: this.name, within }, "did not stop in time: killed");
    this.kill();
    await inTime(this.ended, KILLING_MS);
    return false;
  }

  /** At once. */
  kill(): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }

  #start(): void {
    const { process: child, ready } = this.#member.start();
    this.#process = child;
    const isCurrent = () => this.#process === child;
    void ready.then((url) => {
      if (isCurrent()) this.#isReady(url, child);
    });
    void died(child).then(([code, signal]) => {
      if (isCurrent()) this.#died(child, code, signal);
    });
    const { startWithinMs: within } = this.#member;
    this.#wait(within, () => {
      this.#logger.error({ member: this.name, within }, "not ready: killed");
      this.kill();
    });
  }

  #isReady(url: string, { pid }: ChildProcess): void {
    clearTimeout(this.#timer);
    this.#logger.info({ member: this.name, url, pid }, "ready");
    this.#on({ type: "ready", at: performance.now() });
    this.#becameReady(url);
  }

  #died({ pid }: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    this.#process = null;
    clearTimeout(this.#timer);
    const state = this.#on({ type: "died", at: performance.now(), code });
    const facts = { member: this.name, pid, ...(signal === null ? { code } : { signal }) };
    if (state.name === "restarting") {
      this.#logger.warn({ ...facts, pauseMs: state.pauseMs }, "died: it is started again");
    } else if (state.name === "ended" && state.why !== "stopped") {
      this.#logger.error(facts, "ended, and will not do better when started again");
    } else {
      this.#logger.info(facts, "stopped");
    }
  }

  /** Does what the new state asks for. */
  #on(event: Event): State {
    const before = this.#state;
    const state = next(before, event);
    this.#state = state;
    if (state === before) return state;
    switch (state.name) {
      case "starting":
        this.#start();
        break;
      case "up":
        break;
      case "restarting":
        this.#wait(state.pauseMs, () => this.#on({ type: "pauseOver" }));
        break;
      case "stopping":
        if (this.#process) this.#member.leave(this.#process);
        break;
      case "ended":
        clearTimeout(this.#timer);
        this.#becameEnded(state.why);
    }
    return state;
  }

  #wait(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}

/**
 * How it ended, once its output has been read too. Of a child whose channel its parent has closed
 * Node does not say the latter by `close`.
 */
async function died(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  const outputs = [child.stdout, child.stderr].map(async (stream) => {
    if (stream) await finished(stream).catch(() => undefined);
  });
  try {
    const exit = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    await Promise.all(outputs);
    return exit;
  } catch {
    // It could not be started at all.
    return [null, null];
  }
}
