import { rm } from "node:fs/promises";
import type { FaultProxy } from "../fault/proxy.js";
import type { Child, Exit } from "../process/child.js";
import { runCommand } from "../process/homeroom.js";
import { deadline } from "../wait/deadline.js";
import { eventually } from "../wait/eventually.js";

export type MemberKind = "coordinator" | "router";

export interface MemberOptions {
  readonly kind: MemberKind;
  readonly id: string;
  /** Where it listens, in every life. */
  readonly port: number;
  /** Null for a router. */
  readonly dataDir: string | null;
  /** Flags beside those that every member has. */
  readonly args: readonly string[];
  /** What others reach it through: refuses while the process is not there. */
  readonly entrance: FaultProxy | null;
  /** What it reaches Redis through. */
  readonly redis: FaultProxy | null;
  readonly say: (what: string) => void;
}

/** What one life of a member has that others have not. */
export interface Life {
  readonly env?: Readonly<Record<string, string>>;
  /** See `HomeroomOptions`. */
  readonly wrapper?: readonly string[];
}

/** Characters of earlier processes' output that are kept. */
const keptOutput = 256 * 1024;
const startWithinMs = 30_000;
/** More than `--drain-timeout`, which the cluster sets. */
const stopWithinMs = 20_000;

/** One place in a cluster, in which processes follow each other. */
export class Member {
  readonly kind: MemberKind;
  readonly id: string;
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly dataDir: string | null;
  readonly entrance: FaultProxy | null;
  readonly redis: FaultProxy | null;
  /** Told before a process is made to end, while its connections are still there. */
  onEnding: () => Promise<void> = async () => undefined;
  /** Told when a process serves. */
  onReady: () => Promise<void> = async () => undefined;
  readonly #args: readonly string[];
  readonly #say: (what: string) => void;
  #child: Child | null = null;
  #earlier = "";

  constructor({ kind, id, port, dataDir, args, entrance, redis, say }: MemberOptions) {
    this.kind = kind;
    this.id = id;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.dataDir = dataDir;
    this.entrance = entrance;
    this.redis = redis;
    this.#args = args;
    this.#say = say;
  }

  get running(): boolean {
    return this.#child?.exit === null;
  }

  get pid(): number {
    return this.#alive.pid;
  }

  /** How the process that runs now ends. */
  get exited(): Promise<Exit> {
    return this.#alive.exited;
  }

  /** Starts a process and waits until it serves. @throws Error with its output where it does not */
  async start({ env, wrapper }: Life = {}): Promise<void> {
    if (this.running) throw new Error(`${this.id} runs already`);
    this.#say(`start ${this.id}${env ? ` with ${JSON.stringify(env)}` : ""}`);
    this.#earlier = (this.#earlier + (this.#child?.output() ?? "")).slice(-keptOutput);
    await this.entrance?.accept();
    const child = await runCommand(
      [this.kind, "--node-id", this.id, "--port", `${this.port}`, ...this.#args],
      { ...(env && { env }), ...(wrapper && { wrapper }) },
    );
    this.#child = child;
    // Nobody listens any more: whoever knocks is refused, as by a machine whose process has died.
    void child.exited.then(() => this.entrance?.refuse());
    const kind = this.kind === "coordinator" ? "Coordinator" : "Router";
    const line = new RegExp(`${kind} ${this.id} is ready at `);
    await eventually(() => child.exit !== null || line.test(child.output()), {
      within: startWithinMs,
      message: () => `${this.id} is ready; its output:\n${child.output()}`,
    });
    if (child.exit !== null) {
      throw new Error(`${this.id} ended with ${JSON.stringify(child.exit)}:\n${child.output()}`);
    }
    await this.onReady();
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    this.#say(`kill -9 ${this.id}`);
    const child = this.#alive;
    await this.onEnding();
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await deadline(child.exited, 10_000, `${this.id} ends after SIGKILL`);
  }

  /** SIGTERM, and waits for the end. @throws DeadlineError */
  async stop(): Promise<Exit> {
    this.#say(`SIGTERM to ${this.id}`);
    const child = this.#alive;
    await this.onEnding();
    const exit = await child.stop(stopWithinMs);
    this.#say(`${this.id} has ended with ${JSON.stringify(exit)}`);
    return exit;
  }

  /** SIGSTOP: its connections stay, and it does nothing. */
  pause(): void {
    this.#say(`SIGSTOP to ${this.id}`);
    this.#alive.kill("SIGSTOP");
  }

  /** SIGCONT. */
  resume(): void {
    this.#say(`SIGCONT to ${this.id}`);
    this.#alive.kill("SIGCONT");
  }

  /** Empties its data directory, while it does not run. */
  async loseDisk(): Promise<void> {
    if (this.running) throw new Error(`${this.id} uses its disk`);
    if (this.dataDir !== null) await rm(this.dataDir, { recursive: true, force: true });
  }

  /** What the last processes wrote. */
  output(): string {
    return this.#earlier + (this.#child?.output() ?? "");
  }

  async close(): Promise<void> {
    await this.#child?.close();
  }

  get #alive(): Child {
    if (this.#child === null || this.#child.exit !== null) {
      throw new Error(`${this.id} does not run`);
    }
    return this.#child;
  }
}
