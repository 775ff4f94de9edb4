import { Lab } from "@homeroom/testkit";
import { afterAll, test as base } from "vitest";

/** What the tests of one file share: each file has a copy of this module. */
const shared = new Lab();
afterAll(() => shared.close());

export const test = base
  /** One server for all tests of a file, in which each uses rooms of its own. */
  .extend("server", { scope: "file" }, () => shared.homeroom())
  /** Everything that one test starts; it ends with the test, and is heard where that fails. */
  .extend("lab", async ({ onTestFailed }, { onCleanup }) => {
    const lab = new Lab();
    onTestFailed(() => void process.stderr.write(`${shared.output()}\n${lab.output()}\n`));
    onCleanup(() => lab.close());
    return lab;
  });
