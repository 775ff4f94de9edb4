import type { ClusterCoordinator } from "@homeroom/coordinator";
import { Health } from "@homeroom/observability";
import type { Clock } from "@homeroom/room";

/** Whether a coordinator can take rooms, part by part. */
export function healthOf(
  coordinator: ClusterCoordinator,
  redis: { answers(): Promise<boolean> },
  clock: Clock,
): Health {
  const { host, membership, drainage } = coordinator;
  const health = new Health(clock);
  health.add("redis", async () => {
    if (await redis.answers()) return { ok: true };
    return { ok: false, detail: "away: rooms at home here go on, and nothing is acknowledged" };
  });
  health.add("lease", () => {
    const { lease } = membership;
    return membership.incarnation !== null ? { ok: true } : { ok: false, detail: lease };
  });
  health.add("claims", () => {
    if (coordinator.verifying) return { ok: false, detail: "being verified" };
    const { claimsWaitMs } = membership;
    if (claimsWaitMs <= 0) return { ok: true };
    return { ok: false, detail: `no room can be taken for another ${Math.ceil(claimsWaitMs)} ms` };
  });
  health.add("journal", () => {
    const failure = host.journalFailure;
    return failure ? { ok: false, detail: failure.message } : { ok: true };
  });
  health.add("placement", () =>
    drainage.draining ? { ok: false, detail: "draining: no rooms are taken" } : { ok: true },
  );
  return health;
}
