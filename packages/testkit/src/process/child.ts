import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { deadline } from "../wait/deadline.js";
import { eventually } from "../wait/eventually.js";

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child. */
  readonly env: NodeJS.ProcessEnv;
}

/** How a process ended: exactly one of the two is not null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Characters of output that are kept, the last ones. */
const keptOutput = 256 * 1024;

/** Children that must not outlive this process, however it ends. */
const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** A process that a test started, with its output and its end. */
export class Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  #exit: Exit | null = null;
  #output = "";
  readonly #child: ChildProcess;

  /** Resolves once the process runs; rejects where the command cannot be run at all. */
  static async start(options: ChildOptions): Promise<Child> {
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    await once(child, "spawn");
    return new Child(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid as number;
    alive.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-keptOutput);
      });
    }
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        alive.delete(child);
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  /** Null while it runs. */
  get exit(): Exit | null {
    return this.#exit;
  }

  /** What it wrote to both of its streams, bounded to the last part. */
  output(): string {
    return this.#output;
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.#child.kill(signal);
  }

  /** Sends SIGTERM and waits for the end. @throws DeadlineError where it takes longer than `within` */
  async stop(within = 10_000): Promise<Exit> {
    this.kill("SIGTERM");
    return await deadline(this.exited, within, `process ${this.pid} ends after SIGTERM`);
  }

  async waitForOutput(pattern: RegExp, within = 10_000): Promise<RegExpExecArray> {
    return await eventually(() => pattern.exec(this.#output), {
      within,
      message: () => `output matches ${pattern}; it was:\n${this.#output}`,
    });
  }

  /** Kills what still runs. */
  async close(): Promise<void> {
    if (this.#exit === null) {
      this.kill("SIGCONT");
      this.kill("SIGKILL");
    }
    await deadline(this.exited, 10_000, `process ${this.pid} ends after SIGKILL`);
  }
}
