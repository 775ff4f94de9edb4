import { createContext, Script } from "node:vm";

const script = new Script("work()");

/**
 * Runs `work` for so long and no longer. What was stopped has done part of its work, and not even
 * its `finally` blocks have run: whatever it touched must not be used any more. Costs about 0.1 ms.
 * @throws what `work` throws; an error with code `ERR_SCRIPT_EXECUTION_TIMEOUT`
 */
export function withTimeLimit(ms: number, work: () => void): void {
  script.runInContext(createContext({ work }), { timeout: Math.ceil(ms) });
}
