import type { Settings } from "@homeroom/config";
import { defaultRouteLimits, type RouteLimits } from "@homeroom/router";

/** What waits on its way to a home grows with the largest message, as the buffers behind it do. */
export function routeLimits({ maxMessageBytes }: Settings): Partial<RouteLimits> {
  const { maxUnsettledBytes, maxTotalUnsettledBytes } = defaultRouteLimits;
  return {
    maxUnsettledBytes: Math.max(maxUnsettledBytes, 2 * maxMessageBytes),
    maxTotalUnsettledBytes: Math.max(maxTotalUnsettledBytes, 8 * maxMessageBytes),
  };
}
