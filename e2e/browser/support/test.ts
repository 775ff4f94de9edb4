import { type HomeroomProcess, Lab } from "@homeroom/testkit";
import { test as base } from "@playwright/test";
import { Person, type Visit } from "./person.js";

interface Fixtures {
  /** Everything that a test starts; it ends with the test. */
  lab: Lab;
  /** A Homeroom of the test's own, without authentication. */
  homeroom: HomeroomProcess;
  /** Opens a document as somebody with a browser of their own. */
  join: (visit: Visit) => Promise<Person>;
}

export const test = base.extend<Fixtures>({
  lab: async ({ browserName: _ }, use, info) => {
    const lab = new Lab();
    await use(lab);
    if (info.status !== info.expectedStatus) {
      await info.attach("servers", { body: lab.output(), contentType: "text/plain" });
    }
    await lab.close();
  },

  homeroom: async ({ lab }, use) => use(await lab.homeroom()),

  /** A context for each: tabs of one context could meet without the server. */
  join: async ({ browser }, use) => {
    const people: Person[] = [];
    await use(async (visit) => {
      const person = await Person.open(browser, visit);
      people.push(person);
      return person;
    });
    for (const person of people) await person.leave();
  },
});

export { expect } from "@playwright/test";
