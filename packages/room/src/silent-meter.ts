import type { Meter } from "./ports.js";

/** For whoever wants no numbers. */
export const silentMeter: Meter = {
  updateReceived() {},
  broadcast() {},
  applied() {},
  flushed() {},
  flushFailed() {},
  acknowledged() {},
  journalQueue() {},
  refused() {},
  roomState() {},
  snapshot() {},
  quarantined() {},
  slowReader() {},
};
