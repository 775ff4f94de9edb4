/**
 * Takes the picture of the editor for the README: three people, a real server, a real browser; then
 * one of every main state. Run after a build: `npm run screenshots -w e2e`.
 */
import { join } from "node:path";
import { Lab, repository } from "@homeroom/testkit";
import { chromium, type Locator } from "@playwright/test";
import { Person } from "../browser/support/person.js";
import config from "../playwright.config.js";

const notes = `# Launch review
We met on Tuesday to go through what is left before the launch. The list is short, and everything on it has an owner.
## Decisions
- Ship on Thursday, once the backup has been restored
Keep the **old importer** for one more release
Ask \`ops\` for a second node

> Nothing is saved until the server says that it is on disk.

## Next
Grace writes the announcement`;

async function writeAt(person: Person, place: Locator, text: string): Promise<void> {
  await place.click();
  await person.page.keyboard.press("End");
  await person.page.keyboard.type(text, { delay: 20 });
}

const lab = new Lab();
const browser = await chromium.launch(config.use?.launchOptions);
try {
  const { url } = await lab.homeroom();
  const room = "launch-review";
  const context = { viewport: { width: 1200, height: 720 }, deviceScaleFactor: 2 };
  const ada = await Person.open(browser, {
    url,
    room,
    name: "Ada Lovelace",
    color: "#0369a1",
    context,
  });
  await ada.write(notes);
  const grace = await Person.open(browser, { url, room, name: "Grace Hopper", color: "#c2410c" });
  const katherine = await Person.open(browser, {
    url,
    room,
    name: "Katherine Johnson",
    color: "#7e22ce",
  });
  await katherine.text.getByText("Ship on Thursday").click();
  await katherine.page.keyboard.press("Home");
  for (const _ of "Ship on Thursday") await katherine.page.keyboard.press("Shift+ArrowRight");
  await writeAt(grace, grace.text.getByText("for one more release"), ", then remove it");
  await writeAt(ada, ada.text.getByText("Grace writes"), " on Wednesday.");
  await ada.caretOf("Grace Hopper").waitFor();
  await ada.page.locator("[data-save-state=saved]").waitFor();
  await ada.page.evaluate(() => scrollTo(0, 0));
  await ada.page.screenshot({ path: join(repository, "docs/images/editor.png") });
} finally {
  await browser.close();
  await lab.close();
}

await import("./states.js");
