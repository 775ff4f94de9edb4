import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Cluster,
  type ClusterOptions,
  Random,
  repository,
  startCluster,
  Timeline,
} from "@homeroom/testkit";
import { findAfterColdStart, type Left, runFault } from "./run-fault.js";
import type { Fault } from "./scene.js";

const size = { coordinators: 3, routers: 2, ttlMs: 1_000 };

/** The cluster to which one fault after the other happens; after one that broke it, a new one. */
export class SharedCluster {
  readonly #seed: number;
  readonly #inEarnest: boolean;
  readonly #random: Random;
  #cluster: Cluster | null = null;
  #left: Left[] = [];

  constructor(seed: number, inEarnest: boolean) {
    this.#seed = seed;
    this.#inEarnest = inEarnest;
    this.#random = new Random(seed);
  }

  /** Lets a fault happen. @throws Error with what was not as it must be; logs are kept */
  async run(fault: Fault): Promise<void> {
    if (fault.cluster !== undefined) return await this.#runApart(fault, fault.cluster);
    if (fault.losesData) await this.look();
    const cluster = await this.#started();
    await this.#orKeepLogs(fault.name, cluster, async () => {
      this.#left.push(...(await this.#happen(cluster, fault)));
    });
    // In earnest nothing else may happen between a fault and its cold start.
    if (this.#inEarnest) await this.look();
  }

  /** Looks for what faults have left, after a cold start. */
  async look(): Promise<void> {
    const left = this.#left.splice(0);
    if (left.length === 0) return;
    const cluster = await this.#started();
    await this.#orKeepLogs("cold start", cluster, () => this.#find(cluster, left));
  }

  async close(): Promise<void> {
    await this.#cluster?.close();
    this.#cluster = null;
  }

  async #runApart(fault: Fault, options: Partial<ClusterOptions>): Promise<void> {
    const cluster = await this.#start(options);
    try {
      await this.#keepLogs(fault.name, cluster, async () => {
        await this.#find(cluster, await this.#happen(cluster, fault));
      });
    } finally {
      await cluster.close();
    }
  }

  #happen(cluster: Cluster, fault: Fault): Promise<readonly Left[]> {
    return runFault({ cluster, fault, seed: this.#seed, inEarnest: this.#inEarnest });
  }

  #find(cluster: Cluster, left: readonly Left[]): Promise<void> {
    return findAfterColdStart(cluster, left, this.#random.pick(["kept", "lost"]));
  }

  async #started(): Promise<Cluster> {
    this.#cluster ??= await this.#start({});
    return this.#cluster;
  }

  async #start(options: Partial<ClusterOptions>): Promise<Cluster> {
    const timeline = new Timeline("cluster");
    return await startCluster({ ...size, say: (what) => timeline.say(what), ...options });
  }

  /** Does something; where it fails the shared cluster is given up, for who knows what it is like. */
  async #orKeepLogs(name: string, cluster: Cluster, work: () => Promise<void>): Promise<void> {
    try {
      await this.#keepLogs(name, cluster, work);
    } catch (error) {
      const rooms = this.#left.splice(0).length;
      if (rooms > 0) cluster.say(`${rooms} rooms of earlier faults were not looked for again`);
      await this.close();
      throw error;
    }
  }

  async #keepLogs(name: string, cluster: Cluster, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const slug = name.replaceAll(/\W+/g, "-");
      const folder = join(repository, "test-results", "cluster", `${slug}-${this.#seed}`);
      await mkdir(folder, { recursive: true });
      for (const [id, output] of cluster.outputs()) {
        await writeFile(join(folder, `${id}.log`), output);
      }
      cluster.say(`failed; what the processes wrote is in ${folder}`);
      throw error;
    }
  }
}
