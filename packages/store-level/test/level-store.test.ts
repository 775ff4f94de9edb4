import { roomStoreContract } from "@homeroom/room/contract";
import { LevelStore } from "@homeroom/store-level";
import { tempDir } from "@homeroom/testkit";
import { silent } from "./silent-logger.js";

roomStoreContract("LevelStore", {
  persistent: true,
  harness: async () => {
    const directory = await tempDir();
    return {
      open: (clock) => LevelStore.open({ directory: directory.path, logger: silent, clock }),
      clean: () => directory.close(),
    };
  },
});
