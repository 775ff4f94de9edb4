import { execFile } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type TempDir, tempDir } from "../temp-dir.js";
import { eventually } from "../wait/eventually.js";
import { Child, type Exit } from "./child.js";
import { freePort } from "./free-port.js";

export interface RedisOptions {
  /** Lines of `redis.conf`, such as `{ appendonly: "yes" }`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Makes it a replica. */
  readonly replicaOf?: RedisProcess;
  /** A free one unless given. */
  readonly port?: number;
}

/** A copy of a server's data at one moment. */
export interface RedisDump {
  readonly path: string;
}

const run = promisify(execFile);

/** Loopback, quiet, no wait before a replica is fed, no snapshots behind the test's back. */
const defaults = {
  bind: "127.0.0.1",
  "protected-mode": "no",
  save: "",
  loglevel: "warning",
  "repl-diskless-sync-delay": "0",
};

/** A real redis-server with a directory of its own, that can be stopped and started again. */
export class RedisProcess {
  readonly port: number;
  #config: Readonly<Record<string, string>>;
  readonly #root: TempDir;
  #child: Child | null = null;
  #dumps = 0;

  constructor(port: number, config: Readonly<Record<string, string>>, root: TempDir) {
    this.port = port;
    this.#config = config;
    this.#root = root;
  }

  /** `redis://127.0.0.1:<port>` */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /**
   * Starts it: with the data that it had, with none, or with that of a dump. Resolves once it
   * serves. @throws Error with the output, where it does not
   */
  async start(data: "kept" | "empty" | RedisDump = "kept"): Promise<void> {
    if (this.#child?.exit === null) throw new Error(`redis on port ${this.port} runs already`);
    if (data !== "kept") {
      await rm(this.#dataDir, { recursive: true, force: true });
      if (data !== "empty") await cp(data.path, this.#dataDir, { recursive: true });
    }
    await mkdir(this.#dataDir, { recursive: true });
    const settings = { ...defaults, ...this.#config, port: `${this.port}`, dir: this.#dataDir };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = await Child.start({ command: "redis-server", args, env: process.env });
    this.#child = child;
    await eventually(async () => child.exit !== null || (await this.command("PING")) === "PONG", {
      within: 10_000,
      message: () => `redis-server serves; output:\n${child.output()}`,
    });
    if (child.exit !== null) throw new Error(`redis-server ended:\n${child.output()}`);
  }

  /** Runs one command with redis-cli and gives what it prints. */
  async command(...args: readonly string[]): Promise<string> {
    const { stdout } = await run("redis-cli", ["-p", `${this.port}`, ...args], { timeout: 5_000 });
    return stdout.trimEnd();
  }

  /** Copies what is on disk now (and what is in memory, where it takes snapshots). */
  async dump(): Promise<RedisDump> {
    if (this.#config.appendonly !== "yes") await this.command("SAVE");
    const path = join(this.#root.path, `dump-${++this.#dumps}`);
    await cp(this.#dataDir, path, { recursive: true });
    return { path };
  }

  /** Makes a replica a primary, now and whenever it is started again. */
  async promote(): Promise<void> {
    await this.command("REPLICAOF", "NO", "ONE");
    const { replicaof: _, ...config } = this.#config;
    this.#config = config;
  }

  /** SIGTERM: it saves what it is configured to save. */
  async stop(): Promise<Exit> {
    return await this.#running.stop();
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<Exit> {
    this.#running.kill("SIGKILL");
    return await this.#running.exited;
  }

  /** Stops its clock: connections stay open and nothing answers. */
  pause(): void {
    this.#running.kill("SIGSTOP");
  }

  resume(): void {
    this.#running.kill("SIGCONT");
  }

  async close(): Promise<void> {
    await this.#child?.close();
    await this.#root.close();
  }

  get #dataDir(): string {
    return join(this.#root.path, "data");
  }

  get #running(): Child {
    if (this.#child === null || this.#child.exit !== null) {
      throw new Error(`redis on port ${this.port} does not run`);
    }
    return this.#child;
  }
}

/** Starts a redis-server on a free port. Needs `redis-server` and `redis-cli` in the PATH. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisProcess> {
  const replica = options.replicaOf;
  const config = {
    ...options.config,
    ...(replica === undefined ? {} : { replicaof: `127.0.0.1 ${replica.port}` }),
  };
  const redis = new RedisProcess(options.port ?? (await freePort()), config, await tempDir());
  try {
    await redis.start();
  } catch (error) {
    await redis.close();
    throw error;
  }
  return redis;
}
