const firstPauseMs = 1_000;
const longestPauseMs = 5_000;

/**
 * A server that has become a replica is left, to ask again who is primary: at its first refusal at
 * once, and then less and less often. It takes connections as before, so nothing else would slow
 * this down.
 * @param monotonic milliseconds that only grow
 * @returns whether to leave the server that gave this error
 */
export function leavesReplicas(monotonic: () => number): (error: Error) => boolean {
  let leftAt = Number.NEGATIVE_INFINITY;
  let pauseMs = firstPauseMs;
  return (error) => {
    if (!error.message.startsWith("READONLY")) return false;
    const now = monotonic();
    const sinceMs = now - leftAt;
    if (sinceMs < pauseMs) return false;
    leftAt = now;
    // After a while without a refusal, this is another change of roles.
    pauseMs = sinceMs > 2 * longestPauseMs ? firstPauseMs : Math.min(2 * pauseMs, longestPauseMs);
    return true;
  };
}
