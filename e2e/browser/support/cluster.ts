import { type Cluster, type Member, startCluster, Timeline } from "@homeroom/testkit";
import { authSecret } from "../../support/tokens.js";
import type { Person, Visit } from "./person.js";
import { test as base } from "./test.js";

interface ClusterFixtures {
  /** A document of the test's own. */
  room: string;
  /** Opens the document at one of the routers, in turn, as somebody with a browser of their own. */
  enter: (name: string, visit?: Partial<Visit>) => Promise<Person>;
  /** One more router of the cluster, which asks for tokens. */
  guarded: Member;
}

interface WorkerFixtures {
  /** Three coordinators, two routers and a Redis, all of them processes, with a lease of 5 s. */
  cluster: Cluster;
}

export const test = base.extend<ClusterFixtures, WorkerFixtures>({
  cluster: [
    async ({ browserName: _ }, use) => {
      const timeline = new Timeline("cluster");
      const cluster = await startCluster({
        coordinators: 3,
        routers: 2,
        ttlMs: 5_000,
        proxies: false,
        say: (what) => timeline.say(what),
      });
      await use(cluster);
      await cluster.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  room: async ({ browserName: _ }, use, { testId }) => use(testId),

  enter: async ({ cluster, room, join }, use, info) => {
    let next = 0;
    await use(async (name, visit) => {
      const router = cluster.routers[next++ % cluster.routers.length];
      if (router === undefined) throw new Error("the cluster has no router");
      return await join({ url: router.url, room, name, ...visit });
    });
    if (info.status === info.expectedStatus) return;
    for (const [name, output] of cluster.outputs()) {
      await info.attach(name, { body: output.slice(-8_192), contentType: "text/plain" });
    }
  },

  guarded: async ({ cluster, lab }, use) => {
    const router = lab.own(await cluster.anotherRouter("guarded"));
    await router.start({ env: { HOMEROOM_AUTH_SECRET: authSecret } });
    await use(router);
  },
});

export { expect } from "@playwright/test";
