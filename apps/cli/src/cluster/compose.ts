import { setTimeout as pause } from "node:timers/promises";
import { ClusterError } from "@homeroom/cluster";
import type { Settings } from "@homeroom/config";
import { connectRedis } from "@homeroom/redis";
import { type Logger, systemClock } from "@homeroom/room";
import { ExitCode, Failure } from "../failure.js";

const WITHIN_MS = 15_000;
const RETRY_MS = 20;

/**
 * Tells a Redis that no home of an earlier time lives, so that the first rooms need not wait for
 * any. Only for a Redis that nobody else uses.
 * @throws Failure where it does not answer in time
 */
export async function declareNoHomes(
  url: string,
  { leaseTtlMs }: Pick<Settings, "leaseTtlMs">,
  logger: Logger,
): Promise<void> {
  const redis = connectRedis({
    url,
    leaseTtlMs,
    clock: systemClock,
    logger,
    onPrimaryChange: () => undefined,
  });
  const deadline = performance.now() + WITHIN_MS;
  try {
    for (;;) {
      try {
        return await redis.declareNoHomes();
      } catch (error) {
        // Not connected yet.
        const unavailable = error instanceof ClusterError && error.code === "UNAVAILABLE";
        if (!unavailable) throw error;
        if (performance.now() > deadline) {
          throw new Failure(ExitCode.failed, [`${error.message} (${url})`], { cause: error });
        }
        await pause(RETRY_MS);
      }
    }
  } finally {
    await redis.close();
  }
}
