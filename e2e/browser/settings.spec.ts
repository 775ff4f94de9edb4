import { settle } from "./support/person.js";
import { expect, test } from "./support/test.js";

const room = "settings";

test("the browser's language, another one, and colours, chosen and kept", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({
    url,
    room,
    name: "Ada",
    context: { locale: "de-AT" },
    label: "Dokument",
  });
  const { page } = ada;
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(ada.indicator).toHaveText("Gespeichert");
  await ada.write("bleibt");
  await expect(ada.indicator).toHaveText("Gespeichert");

  await page.getByRole("button", { name: "Menü" }).click();
  await page.getByRole("menuitem", { name: "Einstellungen" }).click();
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("English");
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await dialog.getByRole("combobox", { name: "Colours" }).selectOption("Dark");
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  await expect(page.locator("body")).toHaveCSS("color", "rgb(236, 234, 228)");
  await page.keyboard.press("Escape");
  await expect(ada.indicator).toHaveText("Saved");
  // Nothing was lost or left on the way: the text, and one's own history.
  await expect(page.getByRole("textbox", { name: "Document" })).toHaveText("bleibt");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("textbox", { name: "Document" })).not.toContainText("bleibt");

  await page.reload();
  await expect(ada.indicator).toHaveText("Saved");
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
});

test("code mode: two people in one text, each undoing their own", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room: "app.ts", name: "Ada" });
  const { page } = ada;
  await ada.choose("Plain text and code");
  await expect(ada.indicator).toHaveText("Saved");
  await ada.text.click();
  await page.keyboard.type("const a = 1;");
  const grace = await join({ url, room: "app.ts", name: "Grace" });
  await expect(grace.indicator).toHaveText("Saved");
  await expect(grace.text).not.toContainText("const");
  await grace.choose("Plain text and code");
  await expect(grace.text).toContainText("const a = 1;");
  await grace.clickInto();
  await grace.page.keyboard.press("Control+End");
  await grace.page.keyboard.type("\nconst b = 2;");
  await expect(ada.text).toContainText("const b = 2;");
  await expect(ada.page.locator(".cm-ySelectionInfo")).toHaveText("Grace");
  await page.keyboard.press("Control+z");
  await expect(grace.text).not.toContainText("const a");
  await expect(grace.text).toContainText("const b = 2;");

  // The same room's rich text is another text.
  await ada.choose("Rich text");
  await expect(ada.text).not.toContainText("const b");
  await ada.write("prose");
  await expect(ada.indicator).toHaveText("Saved");
  await expect(grace.text).not.toContainText("prose");
  expect([...ada.errors, ...grace.errors]).toEqual([]);
});

test("with the keyboard alone: create, format, insert a table, share, export", async ({
  homeroom: { url },
  browser,
}) => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  const { keyboard } = page;
  const reach = async (name: string, key: "Tab" | "ArrowRight"): Promise<void> => {
    const target = page.getByRole("button", { name, exact: true });
    for (let stop = 0; stop < 30; stop++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await keyboard.press(key);
    }
    throw new Error(`${key} does not reach ${name}`);
  };
  const tabTo = (name: string): Promise<void> => reach(name, "Tab");
  await page.goto(url);
  await tabTo("New document");
  await keyboard.press("Enter");
  const text = page.getByRole("textbox", { name: "Document" });
  await expect(text).toBeFocused();
  await keyboard.type("word");
  await keyboard.press("Control+a");
  await keyboard.press("Alt+F10");
  await expect(page.getByRole("toolbar").locator(":focus")).toBeVisible();
  await reach("Bold", "ArrowRight");
  await keyboard.press("Enter");
  await expect(text.locator("strong")).toHaveText("word");
  await expect(text).toBeFocused();
  await settle(text);
  await keyboard.press("End");
  await settle(text);
  await keyboard.press("Enter");
  await keyboard.type("/table");
  await keyboard.press("Enter");
  await expect(text.locator("table")).toHaveCount(1);

  await keyboard.press("Alt+F10");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  const download = page.waitForEvent("download");
  await expect(page.getByRole("menu")).toBeVisible();
  await keyboard.type("Export M");
  await keyboard.press("Enter");
  expect((await download).suggestedFilename()).toBe("word.md");
  await expect(page.getByRole("button", { name: "Menu" })).toBeFocused();

  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  const share = page.getByRole("dialog", { name: "Share this document" });
  await expect(share).toContainText("Everybody who has this link can read and write.");
  await tabTo("Copy link");
  await keyboard.press("Enter");
  await expect(share.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  await keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Share" })).toBeFocused();
  await context.close();
});
