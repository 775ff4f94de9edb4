import AxeBuilder from "@axe-core/playwright";
import type { BrowserContextOptions, Locator, Page } from "@playwright/test";
import { authSecret, token } from "../support/tokens.js";
import { expect, test } from "./support/test.js";

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "320 px": { viewport: { width: 320, height: 640 }, hasTouch: true },
};

/** @param within what to look at, where the rest of the page was looked at before */
async function expectNoViolation(page: Page, within?: string): Promise<void> {
  const axe = new AxeBuilder({ page });
  if (within !== undefined) axe.include(within);
  const { violations } = await axe
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`,
  );
  expect(found).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content).toBeLessThanOrEqual(window);
}

// Axe looks at every element, many times: on a busy machine that takes longer than other tests may.
test.setTimeout(120_000);

for (const [name, context] of Object.entries(looks)) {
  // Transitions would be judged half way.
  const look: BrowserContextOptions = { ...context, reducedMotion: "reduce" };

  test(`every main state is accessible and fits: ${name}`, async ({
    browser,
    homeroom: { url },
    join,
  }) => {
    const home = await (await browser.newContext(look)).newPage();
    const check = async (page: Page): Promise<void> => {
      await expectNoViolation(page);
      await expectNoSidewaysScroll(page);
    };
    await home.goto(url);
    await check(home);

    const room = "accessible";
    const ada = await join({ url, room, name: "Ada", context: look });
    await expect(ada.indicator).toHaveText("Saved");
    await check(ada.page);

    await ada.write(
      `# A heading that is rather long for a narrow page\n${"word ".repeat(40)}\n- item\n\n> quote\n\n\n` +
        `${"unbreakable".repeat(12)}\n\`\`\` ${"code ".repeat(30)}`,
    );
    const others = ["Grace Brewster Hopper", "Katherine Johnson"];
    for (const name of others) {
      const other = await join({ url, room, name, color: "#c2410c" });
      await other.text.getByText("word").click();
      await expect(ada.caretOf(name)).toBeVisible();
    }
    await check(ada.page);

    await ada.self.click();
    await expect(ada.page.getByRole("dialog")).toBeVisible();
    await check(ada.page);
    await ada.page.keyboard.press("Escape");
    await expect(ada.page.getByRole("dialog")).toBeHidden();
    await expect(ada.self).toBeFocused();

    await home.evaluate((address) => {
      const document = {
        room: "team/minutes",
        title: "Minutes",
        token: null,
        openedAt: Date.now(),
      };
      localStorage.setItem("homeroom:recent", JSON.stringify([document]));
      location.assign(address);
    }, url);
    await expect(home.getByRole("link", { name: "Minutes" })).toBeVisible();
    await check(home);
    await home.goto(`${url}/d/app.ts#code`);
    await expect(home.locator("[data-save-state]")).toHaveText("Saved");
    await home.getByRole("textbox", { name: "Document" }).click();
    await home.keyboard.type("const answer = 42; // why");
    await check(home);
    await home.goto(`${url}/d/a%2F%2Fb`);
    await check(home);
    await home.context().close();
  });

  test(`trouble is accessible and fits: ${name}`, async ({ homeroom, join, lab }) => {
    const ada = await join({ url: homeroom.url, room: "trouble", name: "Ada", context: look });
    await ada.write("text");
    await expect(ada.indicator).toHaveText("Saved");
    await homeroom.close();
    await ada.write("!");
    await expect(ada.indicator).toHaveText("Not saved");
    await expect(
      ada.page.getByRole("status").filter({ hasText: "Keep this page open" }),
    ).toBeAttached();
    await expectNoViolation(ada.page);

    const env = { HOMEROOM_AUTH_SECRET: authSecret };
    const { url } = await lab.homeroom({ env });
    const eve = await join({ url, room: "trouble", context: look });
    await expect(eve.indicator).toHaveText("Refused");
    await expectNoViolation(eve.page);
    await expectNoSidewaysScroll(eve.page);
  });
}

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 640 };

/** Looks at something in light, in dark and at 320 px, without opening it anew. */
async function expectAccessible(page: Page, what: Locator | null): Promise<void> {
  if (what !== null) await expect(what).toBeVisible();
  const within = what === null ? undefined : "[data-looked-at]";
  for (const [colorScheme, size] of [
    ["light", WIDE],
    ["dark", WIDE],
    ["light", NARROW],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    await what?.evaluate((element) => element.setAttribute("data-looked-at", ""));
    await expectNoViolation(page, within);
    await expectNoSidewaysScroll(page);
  }
  await page.setViewportSize(WIDE);
  await what?.evaluate((element) => element.removeAttribute("data-looked-at"));
}

test("every menu and dialog of a document is accessible and fits: light, dark, 320 px", async ({
  homeroom,
  join,
  lab,
}) => {
  test.setTimeout(300_000);
  const room = "panels";
  const ada = await join({ url: homeroom.url, room, name: "Ada" });
  const { page, text } = ada;
  const dialog = page.getByRole("dialog");
  const inDialog = async (): Promise<void> => {
    await expectAccessible(page, dialog);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  };
  await page.getByRole("button", { name: "Menu" }).click();
  await expectAccessible(page, page.getByRole("menu"));
  await page.keyboard.press("Escape");
  for (const entry of ["Keyboard shortcuts", "Settings"]) {
    await ada.choose(entry);
    await inDialog();
  }
  await page.getByRole("button", { name: "Share" }).click();
  await inDialog();
  await ada.self.click();
  await inDialog();

  // The dialog gives the focus back, which may be after it is hidden.
  await expect(ada.self).toBeFocused();
  await text.focus();
  await page.keyboard.press("Control+k");
  await page.getByRole("textbox", { name: "Address" }).fill("javascript:alert(1)");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toBeVisible();
  await inDialog();

  await text.focus();
  await page.keyboard.type("# word\n/");
  await expectAccessible(page, page.getByRole("listbox"));
  await page.keyboard.type("table");
  await page.keyboard.press("Enter");
  await page.keyboard.type("cell");
  await expect(page.getByRole("button", { name: "Delete table" })).toBeVisible();
  await expectAccessible(page, page.getByRole("toolbar"));
  await ada.choose("Outline");
  await expectAccessible(page, page.getByRole("navigation", { name: "Outline" }));
  await ada.choose("Find and replace");
  await page.getByRole("textbox", { name: "Find" }).fill("word");
  await expectAccessible(page, page.getByRole("search"));

  const others = Array.from({ length: 10 }, (_, index) => {
    const other = lab.yWebsocket(homeroom, room);
    const color = ["#0369a1", "#c2410c"][index % 2];
    other.awareness.setLocalState({ user: { name: `Person ${index}`, color } });
    return other;
  });
  await expect(ada.people.getByRole("button", { name: "3 more" })).toBeVisible();
  await ada.people.getByRole("button", { name: "3 more" }).click();
  await inDialog();
  await ada.people.getByRole("button", { name: "Person 0" }).click();
  await expect(page.getByText("Following Person 0.")).toBeVisible();
  await expectAccessible(page, null);
  for (const other of others) other.provider.destroy();

  const file = { name: "a.png", mimeType: "image/png", buffer: Buffer.from("no image") };
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Image", exact: true }).click();
  await (await chooser).setFiles(file);
  await expectAccessible(page, page.getByRole("alert"));
  await page.getByRole("button", { name: "Close this message" }).click();
  const importing = page.waitForEvent("filechooser");
  await ada.choose("Import Markdown…");
  const large = { name: "a.md", mimeType: "text/markdown", buffer: Buffer.alloc(5 * 1024 * 1024) };
  await (await importing).setFiles(large);
  await expectAccessible(page, page.getByRole("alert"));
  expect(ada.errors).toEqual([]);
});

test("links of one's own are made accessibly: light, dark, 320 px", async ({ join, lab }) => {
  const { url } = await lab.homeroom({ env: { HOMEROOM_AUTH_SECRET: authSecret } });
  const room = "guarded";
  const own = await token({ rooms: [room], access: "write" });
  const { page } = await join({ url, room, name: "Ada", token: own });
  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog");
  await expectAccessible(page, dialog);
  await dialog.getByRole("button", { name: "Create link" }).click();
  await expect(dialog.getByRole("textbox", { name: "Link" })).toBeVisible();
  await expectAccessible(page, dialog);
});

test("every menu and dialog of the home page is accessible and fits: light, dark, 320 px", async ({
  homeroom: { url },
  join,
}) => {
  test.setTimeout(180_000);
  const ada = await join({ url, room: "home", name: "Ada" });
  const { page } = ada;
  const dialog = page.getByRole("dialog");
  await ada.write("# word");
  await expect(ada.indicator).toHaveText("Saved");
  await page.goto(url);
  const actions = page.getByRole("button", { name: "Actions for word" });
  await actions.click();
  await expectAccessible(page, page.getByRole("menu"));
  for (const entry of ["Rename…", "Delete…"]) {
    if (!(await page.getByRole("menu").isVisible())) await actions.click();
    await page.getByRole("menuitem", { name: entry }).click();
    await expectAccessible(page, dialog);
    if (entry === "Rename…") await page.keyboard.press("Escape");
  }
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await expectNoViolation(page);
  await page.getByRole("button", { name: "Settings" }).click();
  await expectAccessible(page, dialog);
});
