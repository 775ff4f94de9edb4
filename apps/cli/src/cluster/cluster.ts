import { randomBytes } from "node:crypto";
import type { Environment, Settings } from "@homeroom/config";
import type { Logger } from "../serve/serve.js";
import { declareNoHomes } from "./compose.js";
import { homeroomMember, type Program } from "./homeroom-member.js";
import { members, type Size } from "./members.js";
import { ownRedis } from "./redis-member.js";
import type { Relay } from "./relay.js";
import { type Member, Supervised } from "./supervised.js";
import type { Ending } from "./supervision.js";
import { untilReady } from "./until-ready.js";

export interface ClusterOrder {
  readonly settings: Settings;
  readonly size: Size;
  /** The same settings, for the members. */
  readonly env: Environment;
}

/** Beyond `--drain-timeout`, at which members end by themselves. */
const GRACE_MS = 2_000;
const REDIS_STOP_MS = 10_000;
const SECRET_BYTES = 32;

/** What a cluster is run with. */
export interface Surroundings {
  /** Whether members write their logs for people. */
  readonly pretty: boolean;
  readonly relay: Relay;
  readonly logger: Logger;
  readonly program: Program;
}

/** The processes of a cluster: begun together, and stopped in order. */
export class Cluster {
  /** Resolves once a member has ended for good. */
  readonly failed: Promise<{ readonly failed: Ending }>;
  readonly #order: ClusterOrder;
  readonly #surroundings: Surroundings;
  readonly #routers: Supervised[] = [];
  readonly #coordinators: Supervised[] = [];
  #redis: Supervised | null = null;
  readonly #abort = new AbortController();
  #stopping: Promise<boolean> | null = null;
  #fail: (failure: { readonly failed: Ending }) => void = () => undefined;

  constructor(order: ClusterOrder, surroundings: Surroundings) {
    this.#order = order;
    this.#surroundings = surroundings;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** Resolves once every member is ready. @throws Failure */
  async start(): Promise<{ readonly url: string }> {
    const { settings, size, env } = this.#order;
    const { pretty, relay, logger, program } = this.#surroundings;
    const redis = settings.redisUrl === null ? await ownRedis(settings.dataDir, env, relay) : null;
    if (redis !== null && !this.#abort.signal.aborted) {
      this.#redis = this.#supervise(redis);
      await this.#redis.ready;
      await declareNoHomes(redis.url, settings, logger);
    }
    const shared = {
      redisUrl: settings.redisUrl ?? redis?.url ?? "",
      clusterSecret: settings.clusterSecret ?? randomBytes(SECRET_BYTES).toString("base64url"),
      logPretty: pretty,
      lifeline: redis === null ? null : () => redis.lifeline(),
    };
    for (const member of members(size, settings, shared, env)) {
      if (this.#abort.signal.aborted) break;
      const kind = member.command === "router" ? this.#routers : this.#coordinators;
      kind.push(this.#supervise(homeroomMember(member, program, relay)));
    }
    const urls = await Promise.all(
      [...this.#routers, ...this.#coordinators].map(async (member) => {
        const url = await member.ready;
        await untilReady(url, logger, this.#abort.signal);
        return url;
      }),
    );
    return { url: urls[0] ?? "" };
  }

  /**
   * Routers first, so that clients are told; then the coordinators, all at once, for there is nowhere
   * to move rooms; then Redis. @returns whether everyone stopped in time; idempotent
   */
  stop(): Promise<boolean> {
    this.#abort.abort();
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<boolean> {
    const within = this.#order.settings.drainTimeout + GRACE_MS;
    const routers = await stopAll(this.#routers, within);
    const coordinators = await stopAll(this.#coordinators, within);
    const redis = await stopAll(this.#redis === null ? [] : [this.#redis], REDIS_STOP_MS);
    return routers && coordinators && redis;
  }

  #supervise(member: Member): Supervised {
    const supervised = new Supervised(member, this.#surroundings.logger);
    void supervised.ended.then((why) => {
      if (why !== "stopped") this.#fail({ failed: why });
    });
    return supervised;
  }
}

async function stopAll(all: readonly Supervised[], within: number): Promise<boolean> {
  const inTime = await Promise.all(all.map((each) => each.stop(within)));
  return inTime.every((each) => each);
}
