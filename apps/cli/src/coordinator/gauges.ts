import type { ClusterCoordinator } from "@homeroom/coordinator";
import type { PrometheusMeter } from "@homeroom/observability";

/** What a coordinator of a cluster knows of itself, beside what its rooms and links report. */
export function addGauges(meter: PrometheusMeter, coordinator: ClusterCoordinator): void {
  const { host, links, membership, drainage } = coordinator;
  const flag = (value: boolean): number => (value ? 1 : 0);
  meter.gauge("homeroom_sessions", "Clients in rooms.", () => host.load.sessions);
  meter.gauge(
    "homeroom_claims",
    "Rooms that this node is home to.",
    () => membership.claims.held.size,
  );
  meter.gauge("homeroom_link_waiting_bytes", "Bytes that wait for routers.", () => links.buffered);
  meter.gauge("homeroom_lease_held", "1 while this node relies on its lease.", () =>
    flag(membership.incarnation !== null),
  );
  meter.gauge("homeroom_draining", "1 while this node gives its rooms away.", () =>
    flag(drainage.draining),
  );
  meter.gauge(
    "homeroom_bequest_bytes",
    "What is left of lost rooms, and waits to be given to their new homes.",
    () => coordinator.bequestBytes,
  );
}
