import type { FaultProxy } from "../fault/proxy.js";
import { type RedisDump, type RedisProcess, startRedis } from "../process/redis.js";
import { eventually } from "../wait/eventually.js";
import type { JournalWatch } from "./journal-watch.js";

export interface RedisSiteOptions {
  /** Has a replica that can be promoted. */
  readonly replica: boolean;
  /** Keeps what it has through a kill -9; yes in every test but those of what happens otherwise. */
  readonly aof: boolean;
  /** Null: nobody watches. */
  readonly watch: JournalWatch | null;
  readonly say: (what: string) => void;
}

/** The Redis of a cluster: one server or two, and the proxies through which it is reached. */
export class RedisSite {
  readonly #watch: JournalWatch | null;
  readonly #say: (what: string) => void;
  readonly #entrances: FaultProxy[] = [];
  readonly #servers: RedisProcess[] = [];
  #primary: RedisProcess;

  static async start({ replica, aof, watch, say }: RedisSiteOptions): Promise<RedisSite> {
    const config = aof ? { appendonly: "yes" } : {};
    const primary = await startRedis({ config });
    const site = new RedisSite(primary, watch, say);
    try {
      if (replica) site.#servers.push(await startRedis({ config, replicaOf: primary }));
      await watch?.attach(primary.port);
    } catch (error) {
      await site.close();
      throw error;
    }
    return site;
  }

  private constructor(
    primary: RedisProcess,
    watch: JournalWatch | null,
    say: (what: string) => void,
  ) {
    this.#primary = primary;
    this.#servers.push(primary);
    this.#watch = watch;
    this.#say = say;
  }

  get primary(): RedisProcess {
    return this.#primary;
  }

  /** A proxy that leads here, wherever the primary is. */
  addEntrance(proxy: FaultProxy): void {
    this.#entrances.push(proxy);
  }

  /** SIGKILL; whoever comes is refused until `start`. */
  async kill(): Promise<void> {
    this.#say("kill -9 redis");
    await this.#end((primary) => primary.kill());
  }

  /** SIGTERM: it writes down all that it has. Whoever comes is refused until `start`. */
  async stop(): Promise<void> {
    this.#say("SIGTERM to redis");
    await this.#end((primary) => primary.stop());
  }

  /** Starts the server that was ended, and lets the others in once it is watched. */
  async start(data: "kept" | "empty" | RedisDump = "kept"): Promise<void> {
    this.#say(`start redis, data ${typeof data === "string" ? data : "of an earlier dump"}`);
    await this.#primary.start(data);
    await this.#open();
  }

  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void {
    this.#say("SIGSTOP to redis");
    this.#primary.pause();
  }

  resume(): void {
    this.#say("SIGCONT to redis");
    this.#primary.resume();
  }

  async dump(): Promise<RedisDump> {
    this.#say("copy the data of redis");
    return await this.#primary.dump();
  }

  /** Kills the primary and makes the replica what everybody reaches. */
  async failOver(): Promise<void> {
    const replica = this.#servers.find((server) => server !== this.#primary);
    if (replica === undefined) throw new Error("this cluster's redis has no replica");
    await this.kill();
    await this.#primary.close();
    this.#say("the replica is promoted");
    await replica.promote();
    this.#primary = replica;
    for (const entrance of this.#entrances) entrance.redirect(replica.port);
    await this.#open();
  }

  /** Waits until the replica has what the primary has now. @throws DeadlineError */
  async replicated(): Promise<void> {
    const offset = async (pattern: RegExp): Promise<number> => {
      const info = await this.#primary.command("INFO", "replication");
      return Number(pattern.exec(info)?.[1] ?? -1);
    };
    const wanted = await offset(/master_repl_offset:(\d+)/);
    // The replica tells how far it is once a second.
    await eventually(async () => (await offset(/slave0:.*offset=(\d+)/)) >= wanted, {
      message: `the replica has what the primary has, ${wanted} bytes`,
    });
  }

  async close(): Promise<void> {
    this.#watch?.detach();
    for (const server of this.#servers) await server.close();
  }

  async #end(end: (primary: RedisProcess) => Promise<unknown>): Promise<void> {
    for (const entrance of this.#entrances) await entrance.refuse();
    await end(this.#primary);
    this.#watch?.detach();
  }

  async #open(): Promise<void> {
    await this.#watch?.attach(this.#primary.port);
    for (const entrance of this.#entrances) await entrance.accept();
  }
}
