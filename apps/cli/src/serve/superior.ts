import type { EventEmitter } from "node:events";

/** The process, or a test's stand-in. */
export interface Subordinate extends EventEmitter {
  /** There is one in a process that was started with a channel to who started it. */
  readonly send?: unknown;
  readonly connected?: boolean;
}

export interface Superior {
  /** Resolves once who started this process has closed the channel, or is dead. */
  readonly gone: Promise<void>;
  close(): void;
}

/**
 * Watches the channel to a process that supervises this one, where there is one. The kernel closes
 * it however that process ends, so nothing that it started outlives it.
 */
export function superiorGone(subordinate: Subordinate): Superior {
  let leave: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    leave = resolve;
  });
  // It may have died while this process was being loaded.
  if (subordinate.send !== undefined && subordinate.connected === false) leave();
  subordinate.once("disconnect", leave);
  return { gone, close: () => void subordinate.off("disconnect", leave) };
}
