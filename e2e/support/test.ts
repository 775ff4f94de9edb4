import { Lab } from "@homeroom/testkit";
import { test as base } from "vitest";

/** A test with a lab: everything that it starts ends with it, and is heard where it fails. */
export const test = base.extend<{ lab: Lab }>({
  lab: async ({ onTestFailed }, use) => {
    const lab = new Lab();
    onTestFailed(() => void process.stderr.write(`${lab.output()}\n`));
    try {
      await use(lab);
    } finally {
      await lab.close();
    }
  },
});
