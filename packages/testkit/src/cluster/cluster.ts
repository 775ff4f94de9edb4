import type { FaultProxy } from "../fault/proxy.js";
import { freePort } from "../process/free-port.js";
import type { TempDir } from "../temp-dir.js";
import { eventually } from "../wait/eventually.js";
import { ClusterApi, type NodeStatus } from "./cluster-api.js";
import type { ClusterOptions } from "./cluster-options.js";
import type { Door } from "./door.js";
import type { JournalWatch } from "./journal-watch.js";
import { Member } from "./member.js";
import { prepare } from "./prepare.js";
import type { RedisSite } from "./redis-site.js";

/** What a cluster consists of before anything but Redis has been started. */
export interface ClusterParts {
  readonly ttlMs: number;
  readonly redis: RedisSite;
  readonly watch: JournalWatch;
  readonly coordinators: readonly Member[];
  readonly routers: readonly Member[];
  /** One per router. */
  readonly doors: readonly Door[];
  readonly proxies: readonly FaultProxy[];
  readonly dataDirs: TempDir;
  /** Flags with which further members join. */
  readonly joining: readonly string[];
}

/** For every process to serve, and for claims to be possible. */
const readyWithinMs = 30_000;

/** Starts real processes: Redis, coordinators and routers. Resolves once all serve. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const cluster = new Cluster(await prepare(options), options.say);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** A cluster of real processes, and what can be done to it. */
export class Cluster {
  readonly ttlMs: number;
  readonly redis: RedisSite;
  readonly watch: JournalWatch;
  readonly coordinators: readonly Member[];
  readonly routers: readonly Member[];
  readonly doors: readonly Door[];
  /** Of a router that runs. */
  readonly api: ClusterApi;
  readonly say: (what: string) => void;
  readonly #parts: ClusterParts;

  constructor(parts: ClusterParts, say: (what: string) => void) {
    this.#parts = parts;
    this.ttlMs = parts.ttlMs;
    this.redis = parts.redis;
    this.watch = parts.watch;
    this.coordinators = parts.coordinators;
    this.routers = parts.routers;
    this.doors = parts.doors;
    this.say = say;
    this.api = new ClusterApi(() => {
      const router = this.routers.find(({ running }) => running);
      if (router === undefined) throw new Error("no router runs");
      return router.url;
    });
  }

  get members(): readonly Member[] {
    return [...this.coordinators, ...this.routers];
  }

  get wsUrls(): readonly string[] {
    return this.doors.map(({ wsUrl }) => wsUrl);
  }

  /** Starts the members that do not run, and waits until the cluster is whole. */
  async start(): Promise<void> {
    const missing = this.members.filter(({ running }) => !running);
    await Promise.all(missing.map((member) => member.start()));
    await this.whole();
  }

  /** Waits until every node is active and every router ready. @throws DeadlineError */
  async whole(within: number = readyWithinMs): Promise<void> {
    let found: readonly NodeStatus[] = [];
    const active = async (): Promise<boolean> => {
      found = await this.api.nodes();
      return this.coordinators.every(({ id }) =>
        found.some((node) => node.id === id && node.status === "active"),
      );
    };
    await eventually(active, {
      within,
      message: () => `all nodes are active, not ${JSON.stringify(found)}`,
    });
    for (const router of this.routers) {
      let told = "";
      const api = new ClusterApi(() => router.url);
      const ready = async (): Promise<boolean> => {
        const { ready, body } = await api.ready();
        told = body;
        return ready;
      };
      await eventually(ready, { within, message: () => `${router.id} is ready, not ${told}` });
    }
  }

  /** One more router, which does not run yet; whoever asks for it closes it. */
  async anotherRouter(id: string): Promise<Member> {
    const { joining: args } = this.#parts;
    const common = { kind: "router", dataDir: null, entrance: null, redis: null } as const;
    return new Member({ ...common, id, port: await freePort(), args, say: this.say });
  }

  coordinator(id: string): Member {
    const found = this.coordinators.find((each) => each.id === id);
    if (found === undefined) throw new Error(`there is no coordinator ${id}`);
    return found;
  }

  /** The coordinator that is home to a room. Waits for one where the room has none just now. */
  async homeOf(room: string, within: number = 10_000): Promise<Member> {
    const owner = await eventually(async () => (await this.api.room(room)).owner, {
      within,
      message: `room "${room}" has a home`,
    });
    return this.coordinator(owner.node);
  }

  /** Coordinators that run and are not `member`. */
  others(member: Member): readonly Member[] {
    return this.coordinators.filter((each) => each !== member && each.running);
  }

  /**
   * Ends every process and starts all of them again: coordinators with what is on their disks, or
   * with empty ones. Redis is killed in the first case alone: with its usual `appendfsync everysec`
   * it may take a second to the grave, which is then nowhere but on those disks.
   */
  async coldStart(disks: "kept" | "lost"): Promise<void> {
    this.say(`every process is ended and started again, disks ${disks}`);
    await Promise.all(this.members.filter(({ running }) => running).map((each) => each.kill()));
    await (disks === "kept" ? this.redis.kill() : this.redis.stop());
    if (disks === "lost") await Promise.all(this.coordinators.map((each) => each.loseDisk()));
    await this.redis.start();
    await this.start();
  }

  /** What the members wrote, by their ids. */
  outputs(): ReadonlyMap<string, string> {
    return new Map(this.members.map((member) => [member.id, member.output()]));
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
    await Promise.all(this.#parts.proxies.map((proxy) => proxy.close()));
    await this.redis.close();
    await this.#parts.dataDirs.close();
  }
}
