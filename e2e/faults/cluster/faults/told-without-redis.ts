import { type Cluster, eventually, readMetrics, total } from "@homeroom/testkit";
import { expect } from "vitest";

/** What operators are told while Redis does not answer, once every lease has run out. */
export async function expectToldWithoutRedis(cluster: Cluster): Promise<void> {
  for (const { id, url } of cluster.coordinators) {
    // A connection that is open and silent is given up in its time.
    await told(`${id} is not ready`, async () => {
      const { status, parts } = await readiness(url);
      return status === 503 && /redis/.test(parts) && /lease/.test(parts);
    });
    expect(total(await readMetrics(url), "homeroom_lease_held")).toBe(0);
  }
  for (const { id, url } of cluster.routers) {
    await told(`${id} is ready, and degraded`, async () => {
      const { status, parts } = await readiness(url);
      return status === 200 && /degraded/.test(parts) && /redis/.test(parts);
    });
    expect(total(await readMetrics(url), "homeroom_redis_connected")).toBe(0);
  }
  const nodes = await cluster.api.nodes();
  expect(nodes.map(({ id }) => id)).toEqual(cluster.coordinators.map(({ id }) => id));
  for (const { leaseAgeMs } of nodes) expect(leaseAgeMs).toBeGreaterThan(cluster.ttlMs);
  cluster.say("readiness, metrics and the list of nodes tell that Redis is away");
}

/** What they are told soon after it is back. */
export async function expectToldWithRedis(cluster: Cluster): Promise<void> {
  for (const { id, url } of cluster.members) {
    await told(`${id} is ready`, async () => {
      const { status, parts } = await readiness(url);
      return status === 200 && !/degraded/.test(parts);
    });
  }
  const nodes = await cluster.api.nodes();
  expect(nodes.map(({ status }) => status)).toEqual(cluster.coordinators.map(() => "active"));
}

async function readiness(url: string): Promise<{ status: number; parts: string }> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
  return { status: answer.status, parts: await answer.text() };
}

const told = (message: string, condition: () => Promise<boolean>): Promise<true> =>
  eventually(condition, { within: 10_000, message });
