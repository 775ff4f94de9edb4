/** Takes a picture of every main state of the editor, to be looked at. Run by `editor.ts`. */
import { join } from "node:path";
import { Lab, repository } from "@homeroom/testkit";
import { type BrowserContextOptions, chromium, type Page } from "@playwright/test";
import { Person } from "../browser/support/person.js";
import config from "../playwright.config.js";
import { authSecret, token } from "../support/tokens.js";

const WIDE: BrowserContextOptions = { viewport: { width: 1200, height: 760 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 }, hasTouch: true };
const text = `# Launch review
We met on Tuesday to go through what is **left before the launch**.
## To do
[ ] Restore the backup
Write the announcement


> Nothing is saved until the server says that it is on disk.

## Numbers
`;

const lab = new Lab();
const browser = await chromium.launch(config.use?.launchOptions);

async function shot(page: Page, name: string): Promise<void> {
  // The toolbar and the number of words come after the text; then fonts and transitions settle.
  await page.locator(".toolbar:empty, .word-count:empty").first().waitFor({ state: "detached" });
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((animation) => animation.ready));
  });
  await page.screenshot({ path: join(repository, "docs/images", `${name}.png`) });
}

try {
  const { url } = await lab.homeroom();
  const room = "launch-review";
  const ada = await Person.open(browser, { url, room, name: "Ada Lovelace", context: WIDE });
  await ada.page.locator("[data-save-state=saved]").waitFor();
  await shot(ada.page, "empty");
  await ada.write(text);
  await ada.page.keyboard.type("/");
  await ada.page.getByRole("listbox").waitFor();
  await shot(ada.page, "slash-menu");
  await ada.page.keyboard.type("table");
  await ada.page.keyboard.press("Enter");
  for (const cell of ["Step", "Who", "When", "Backup", "Grace", "Monday"]) {
    await ada.page.keyboard.type(cell);
    await ada.page.keyboard.press("Tab");
  }
  const grace = await Person.open(browser, { url, room, name: "Grace Hopper", color: "#c2410c" });
  await grace.text.getByText("Restore the backup", { exact: true }).click();
  await ada.caretOf("Grace").waitFor();
  await ada.choose("Outline");
  await ada.page.getByRole("navigation", { name: "Outline" }).waitFor();
  await ada.choose("Find and replace");
  await ada.page.getByRole("textbox", { name: "Find" }).fill("backup");
  await ada.page.locator(".find__count").getByText("found").waitFor();
  await shot(ada.page, "find-and-outline");
  await ada.page.keyboard.press("Escape");
  await ada.people.getByRole("button", { name: "Grace" }).click();
  await shot(ada.page, "following");
  await ada.page.getByRole("button", { name: "Menu" }).click();
  await ada.page.getByRole("menu").waitFor();
  await shot(ada.page, "menu");
  await ada.page.keyboard.press("Escape");
  for (const [entry, name] of [
    ["Keyboard shortcuts", "shortcuts"],
    ["Settings", "settings"],
  ] as const) {
    await ada.choose(entry);
    await ada.page.getByRole("dialog", { name: entry }).waitFor();
    await shot(ada.page, name);
    await ada.page.keyboard.press("Escape");
  }
  await ada.page.getByRole("button", { name: "Share" }).click();
  await ada.page.getByRole("dialog").waitFor();
  await shot(ada.page, "share");
  await ada.page.keyboard.press("Escape");

  const dark: BrowserContextOptions = { ...PHONE, colorScheme: "dark", locale: "de" };
  const phone = await Person.open(browser, { url, room, context: dark, label: "Dokument" });
  await phone.text.getByText("Launch review").waitFor();
  await shot(phone.page, "phone-dark-german");

  const code = await Person.open(browser, { url, room: "notes.md", name: "Ada", context: WIDE });
  await code.choose("Plain text and code");
  await code.text.click();
  await code.page.keyboard.type(
    "# Notes\n\nPlain text, **shared**.\n\n```js\nconst answer = 42;\n```\n",
  );
  await code.page.locator("[data-save-state=saved]").waitFor();
  await shot(code.page, "code");

  for (const title of ["Reading list", "Interview with Ms. Perlman", "Budget for spring"]) {
    await code.page.goto(`${url}/d/${title.split(" ")[0]?.toLowerCase()}`);
    await code.page.locator("[data-save-state=saved]").waitFor();
    await code.write(`# ${title}`);
    await code.page.waitForFunction((title) => document.title.startsWith(title), title);
    await code.page.locator("[data-save-state=saved]").waitFor();
  }
  await code.page.goto(url);
  await code.page.getByRole("heading", { name: "Recent documents" }).waitFor();
  await shot(code.page, "home");
  await code.page.getByRole("button", { name: "Actions for notes.md" }).click();
  await code.page.getByRole("menuitem", { name: "Delete…" }).click();
  await code.page.getByRole("dialog").waitFor();
  await shot(code.page, "home-delete");
  const newcomer = await browser.newContext({ ...PHONE, serviceWorkers: "block" });
  const home = await newcomer.newPage();
  await home.goto(url);
  await home.getByText("Nothing here yet").waitFor();
  await shot(home, "home-phone");

  const guarded = await lab.homeroom({ env: { HOMEROOM_AUTH_SECRET: authSecret } });
  const writing = await token({ rooms: [room], access: "write" });
  const writer = await Person.open(browser, { url: guarded.url, room, token: writing });
  await writer.write("# Minutes\nFor everybody to read.");
  await writer.page.locator("[data-save-state=saved]").waitFor();
  const reading = await token({ rooms: [room], access: "read" });
  const reader = await Person.open(browser, {
    url: guarded.url,
    room,
    token: reading,
    context: WIDE,
  });
  await reader.text.getByText("Minutes").waitFor();
  await shot(reader.page, "read-only");
  const stranger = await Person.open(browser, { url: guarded.url, room, context: WIDE });
  await stranger.page.getByRole("alert").waitFor();
  await shot(stranger.page, "refused");
  guarded.kill("SIGKILL");
  await writer.page.locator("[data-save-state=offline]").waitFor();
  await writer.write("!");
  await writer.page.locator("[data-save-state=unsaved]").waitFor();
  await shot(writer.page, "not-saved");
} finally {
  await browser.close();
  await lab.close();
}
