import type { NodeList, NodeRecord } from "@homeroom/cluster";
import type { PrometheusMeter } from "@homeroom/observability";
import type { RouterHomes } from "@homeroom/router";

/** What a router of a cluster knows of its surroundings, beside what its routes report. */
export function addGauges(
  meter: PrometheusMeter,
  parts: {
    readonly homes: Pick<RouterHomes, "status">;
    readonly nodes: Pick<NodeList, "current">;
    readonly redis: { answers(): Promise<boolean> };
  },
): void {
  const { homes, nodes, redis } = parts;
  const openLinks = () => homes.status().links.filter(({ state }) => state === "open");
  meter.gauge("homeroom_links", "Open links to coordinators.", () => openLinks().length);
  meter.gauge("homeroom_link_waiting_bytes", "Bytes that wait for coordinators.", () =>
    homes.status().links.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0),
  );
  // A server that keeps its connections and says nothing is found out by asking.
  meter.gauge("homeroom_redis_connected", "1 while Redis answers on every connection.", async () =>
    (await redis.answers()) ? 1 : 0,
  );
  const count = (is: (node: NodeRecord) => boolean) => (): number =>
    [...nodes.current.values()].filter(is).length;
  meter.gauge(
    "homeroom_living_nodes",
    "Coordinators whose leases held when they were last listed.",
    count(({ alive }) => alive),
  );
}
