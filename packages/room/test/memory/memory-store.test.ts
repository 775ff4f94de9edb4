import { roomStoreContract } from "@homeroom/room/contract";
import { MemoryStore } from "../../src/memory/memory-store.js";

roomStoreContract("MemoryStore", {
  persistent: false,
  harness: async () => ({
    open: async (clock) => new MemoryStore({ clock }),
    clean: async () => {},
  }),
});
