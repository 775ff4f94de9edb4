import type { RedisProcess } from "@homeroom/testkit";

/** How often Redis has run each command since `from`, those that scripts run among them. */
export async function commandsSince(
  redis: RedisProcess,
  from: ReadonlyMap<string, number> = new Map(),
): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  for (const line of (await redis.command("INFO", "commandstats")).split("\n")) {
    const [, command, count] = /^cmdstat_([^:]+):calls=(\d+)/.exec(line) ?? [];
    if (command === undefined || count === undefined) continue;
    const since = Number(count) - (from.get(command) ?? 0);
    // Asking is not counted.
    if (since > 0 && command !== "info") calls.set(command, since);
  }
  return calls;
}
