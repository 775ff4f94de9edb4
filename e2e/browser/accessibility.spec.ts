import AxeBuilder from "@axe-core/playwright";
import type { BrowserContextOptions, Page } from "@playwright/test";
import { expect, test } from "./support/test.js";

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  "light and dark": { colorScheme: "dark" },
  "320 px": { viewport: { width: 320, height: 640 }, hasTouch: true },
};

/** What is dark is looked at in light as well. @param within what to look at, where the rest of the page was looked at before */
async function expectNoViolation(page: Page, within?: string): Promise<void> {
  const axe = new AxeBuilder({ page });
  if (within !== undefined) axe.include(within);
  axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
  const found: string[] = [];
  const look = async (scheme: "dark" | "light"): Promise<void> => {
    const { violations } = await axe.analyze();
    for (const { id, nodes } of violations) {
      found.push(`${scheme}: ${id}: ${nodes.map((node) => node.html).join(" ")}`);
    }
  };
  if (await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches)) {
    await look("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await look("light");
    await page.emulateMedia({ colorScheme: "dark" });
  } else await look("light");
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

  test(`every menu and dialog is accessible and fits: ${name}`, async ({
    homeroom: { url },
    join,
  }) => {
    const ada = await join({ url, room: "panels", name: "Ada", context: look });
    const { page } = ada;
    const check = async (within: string): Promise<void> => {
      await expect(page.locator(within)).toBeVisible();
      await expectNoViolation(page, within);
      await expectNoSidewaysScroll(page);
    };
    await page.getByRole("button", { name: "Menu" }).click();
    await check("[role=menu]");
    await page.keyboard.press("Escape");
    for (const entry of ["Keyboard shortcuts", "Settings"]) {
      await page.getByRole("button", { name: "Menu" }).click();
      await page.getByRole("menuitem", { name: entry }).click();
      await check("dialog[open]");
      await page.keyboard.press("Escape");
    }
    await page.getByRole("button", { name: "Share" }).click();
    await check("dialog[open]");
    await page.keyboard.press("Escape");
    await ada.text.focus();
    await page.keyboard.press("Control+k");
    await check("dialog[open]");
    await page.keyboard.press("Escape");
    await ada.text.focus();
    await page.keyboard.type("# word\n/");
    await check("[role=listbox]");
    await page.keyboard.type("table");
    await page.keyboard.press("Enter");
    await page.keyboard.type("cell");
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("menuitem", { name: "Outline" }).click();
    await page.keyboard.press("Control+f");
    await page.getByRole("textbox", { name: "Find" }).fill("word");
    await check("body");

    await expect(ada.indicator).toHaveText("Saved");
    await page.goto(url);
    await page.getByRole("button", { name: "Actions for word" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await check("dialog[open]");
    await page.getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
    await check("body");
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

    const env = { HOMEROOM_AUTH_SECRET: "a secret of tests, thirty-two bytes at least" };
    const { url } = await lab.homeroom({ env });
    const eve = await join({ url, room: "trouble", context: look });
    await expect(eve.indicator).toHaveText("Refused");
    await expectNoViolation(eve.page);
    await expectNoSidewaysScroll(eve.page);
  });
}
