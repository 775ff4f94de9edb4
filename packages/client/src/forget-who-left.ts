import type { Awareness } from "y-protocols/awareness";

/**
 * Forgets the clocks of all who are not here. y-websocket removes everybody when a connection ends,
 * but their clocks stay, and what a new connection says of the same people counts as old news until
 * they renew it: up to 15 s without anybody.
 */
export function forgetWhoLeft({ clientID, meta, states }: Awareness): void {
  for (const client of meta.keys()) {
    if (client !== clientID && !states.has(client)) meta.delete(client);
  }
}
