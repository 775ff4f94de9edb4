/* Holds a store open until it is killed. Argument: directory. */
import { argv } from "node:process";
import { LevelStore } from "@homeroom/store-level";
import { silent } from "./loggers.js";

const store = await LevelStore.open({ directory: argv[2] ?? "", logger: silent });
process.stdout.write("open\n");
const life = setInterval(() => {}, 60_000);
process.once("SIGTERM", () => {
  clearInterval(life);
  void store.close();
});
