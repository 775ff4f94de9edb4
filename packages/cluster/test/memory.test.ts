import { roomStoreContract } from "@homeroom/room/contract";
import { directoryContract, sharedStoreContract } from "../contract/index.js";
import { MemoryDirectory, MemoryPrimary, MemorySharedStore } from "../src/index.js";
import { ManualClock } from "./manual-clock.js";

const ttlMs = 5_000;

directoryContract("MemoryDirectory", async () => {
  const clock = new ManualClock();
  const primary = new MemoryPrimary(clock);
  return {
    directory: new MemoryDirectory(primary, ttlMs),
    ttlMs,
    elapse: async (ms) => clock.jump(ms),
    now: async () => clock.now(),
    empty: async () => primary.flush(),
    close: async () => {},
  };
});

sharedStoreContract("MemorySharedStore", async () => {
  const primary = new MemoryPrimary(new ManualClock());
  return {
    directory: new MemoryDirectory(primary, ttlMs),
    store: new MemorySharedStore(primary),
    close: async () => {},
  };
});

roomStoreContract("MemorySharedStore", {
  persistent: true,
  harness: async () => {
    const primary = new MemoryPrimary(new ManualClock());
    return {
      open: async (clock) => new MemorySharedStore(primary, clock),
      clean: async () => {},
    };
  },
});
