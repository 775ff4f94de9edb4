import type { Trace } from "./trace.js";

/**
 * Deals a session of one author to `writers` authors, who take turns of `turn` transactions.
 * Each begins their turn when they have seen the one before, so the text stays as recorded.
 */
export function takeTurns(trace: Trace, writers: number, turn: number): Trace {
  return {
    ...trace,
    agents: writers,
    txns: trace.txns.map((txn, index) => ({ ...txn, agent: Math.floor(index / turn) % writers })),
  };
}
