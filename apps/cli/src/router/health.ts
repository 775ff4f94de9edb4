import { Health } from "@homeroom/observability";
import type { Clock } from "@homeroom/room";
import type { RouterHomes } from "@homeroom/router";

/**
 * Whether a router can serve clients, part by part. Without Redis it goes on for the rooms that it
 * reaches, and to send its clients elsewhere would not help them; without any coordinator it can do
 * nothing for anybody.
 */
export function healthOf(
  homes: Pick<RouterHomes, "reachesAnyNode">,
  redis: { answers(): Promise<boolean> },
  clock: Clock,
): Health {
  const health = new Health(clock);
  health.addInessential("redis", async () => {
    if (await redis.answers()) return { ok: true };
    return { ok: false, detail: "away: rooms that have a home go on, others are given none" };
  });
  health.add("coordinators", async () => {
    if (await homes.reachesAnyNode()) return { ok: true };
    return {
      ok: false,
      detail: "none can be reached: are they running, with this cluster's secret?",
    };
  });
  return health;
}
