import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.js";

const room = "blocks";

/** Pastes a picture of `edge` pixels square that does not compress, as a file. */
async function pasteImage(page: Page, edge: number): Promise<void> {
  await page.evaluate(async (size) => {
    const canvas = new OffscreenCanvas(size, size);
    const context = canvas.getContext("2d");
    const pixels = context?.createImageData(size, size);
    if (!context || !pixels) throw new Error("no canvas");
    for (let at = 0; at < pixels.data.length; at += 65_536) {
      crypto.getRandomValues(pixels.data.subarray(at, at + 65_536));
    }
    context.putImageData(pixels, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    const data = new DataTransfer();
    data.items.add(new File([blob], "noise.png", { type: "image/png" }));
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
    document.querySelector("[role=textbox][aria-multiline]")?.dispatchEvent(event);
  }, edge);
}

test("every block: from the slash menu, from markdown, with the keyboard alone", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  const { page, text } = ada;
  const menu = page.getByRole("listbox", { name: "Blocks" });
  await ada.write("/");
  await expect(menu.getByRole("option")).toHaveCount(12);
  await page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  await page.keyboard.press("Backspace");

  for (const [query, element] of [
    ["heading 2", "h2"],
    ["task", "ul[data-type=taskList] input[type=checkbox]"],
    ["quote", "blockquote"],
    ["code", "pre"],
    ["dividing", "hr"],
    ["table", "table"],
  ] as const) {
    await page.keyboard.type(`/${query}`);
    await expect(menu.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
    await expect(text).toHaveAttribute("aria-activedescendant", /^slash-/);
    await page.keyboard.press("Enter");
    await expect(text.locator(element), query).toHaveCount(1);
    if (element === "table") break;
    await page.keyboard.type("const answer = 42;");
    if (element === "pre") {
      await expect(text.locator("pre [class^=hljs]").first()).toBeVisible();
      await page.keyboard.press("Control+Enter");
    } else {
      await page.keyboard.press("Enter");
      if (element !== "h2" && element !== "hr") await page.keyboard.press("Enter");
    }
  }

  // In the table: Tab goes on, and at its end makes a row.
  for (const cell of "abcdefghij") {
    await page.keyboard.type(cell);
    await page.keyboard.press("Tab");
  }
  await expect(text.locator("tr")).toHaveCount(4);
  await page.getByRole("button", { name: "Delete row" }).click();
  await expect(text.locator("tr")).toHaveCount(3);

  const task = text.getByRole("checkbox");
  await task.check();
  await expect(text.locator("li[data-checked=true]")).toHaveCount(1);
  await expect(ada.indicator).toHaveText("Saved");
  expect(ada.errors).toEqual([]);
});

test("links and images: what is safe, and what is too large", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  const grace = await join({ url, room, name: "Grace" });
  const { page, text } = ada;
  await ada.write("see https://example.org/a and more");
  await expect(text.getByRole("link")).toHaveAttribute("href", "https://example.org/a");
  await page.keyboard.press("Control+Shift+ArrowLeft");
  await page.getByRole("button", { name: "Link" }).click();
  const address = page.getByRole("textbox", { name: "Address" });
  await address.fill("javascript:alert(1)");
  await address.press("Enter");
  await expect(page.getByRole("alert")).toContainText("An address begins with");
  await address.fill("example.org/b");
  await address.press("Enter");
  await expect(text.getByRole("link", { name: "more" })).toHaveAttribute(
    "href",
    "https://example.org/b",
  );

  await page.keyboard.press("End");
  await pasteImage(page, 120);
  await expect(grace.text.getByRole("img", { name: "noise" })).toHaveAttribute(
    "src",
    /^data:image\/png;base64,/,
  );
  // Too large as it is, and made smaller.
  await pasteImage(page, 520);
  await expect(text.getByRole("img", { name: "noise" })).toHaveCount(2);
  const source = await text.getByRole("img", { name: "noise" }).last().getAttribute("src");
  expect(source).toMatch(/^data:image\/webp/);
  expect(source?.length).toBeLessThanOrEqual(1024 * 1024);
  await pasteImage(page, 2000);
  await expect(page.getByRole("alert")).toContainText("The limit is 1 MiB");
  await expect(text.getByRole("img", { name: "noise" })).toHaveCount(2);
  await page.getByRole("button", { name: "Close this message" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("markdown goes out and comes back, HTML goes out, and there is a list of all keys", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  const { page } = ada;
  await ada.write("# Report <1>\n**bold** text\n- one\ntwo\n\n[ ] open\n\n\n> quote");
  const markdown = page.waitForEvent("download");
  await ada.choose("Export Markdown");
  const exported = await readFile(await (await markdown).path(), "utf8");
  expect((await markdown).suggestedFilename()).toBe("Report 1.md");
  for (const part of ["# Report", "**bold** text", "- one", "- two", "- [ ] open", "> quote"]) {
    expect(exported).toContain(part);
  }
  const html = page.waitForEvent("download");
  await ada.choose("Export HTML");
  const page1 = await readFile(await (await html).path(), "utf8");
  expect(page1).toContain("<title>Report &lt;1></title>");
  expect(page1).toContain("<strong>bold</strong>");

  const other = await join({ url, room: "imported", name: "Grace" });
  await expect(other.indicator).toHaveText("Saved");
  const chooser = other.page.waitForEvent("filechooser");
  await other.choose("Import Markdown…");
  await (await chooser).setFiles({
    name: "report.md",
    mimeType: "text/markdown",
    buffer: Buffer.from(`${exported}\n\n| a | b |\n| - | - |\n| 1 | 2 |\n`),
  });
  await expect(other.text.locator("strong")).toHaveText("bold");
  await expect(other.text.getByRole("checkbox")).toHaveCount(1);
  await expect(other.text.locator("td").first()).toHaveText("1");
  await expect(other.page).toHaveTitle("Report <1> · Homeroom");

  await other.page.keyboard.press("Control+/");
  const help = other.page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help).toContainText("Ctrl+Shift+9");
  await other.page.keyboard.press("Escape");
  await expect(help).toHaveCount(0);
});

test("find and replace, outline, and the number of words", async ({ homeroom: { url }, join }) => {
  const ada = await join({ url, room, name: "Ada" });
  const { page, text } = ada;
  await ada.write(`# One\ncat and dog\n## Two\ncat\n${"filler\n".repeat(40)}### Three\nCat`);
  await expect(page.getByText(/^\d\d words$/)).toBeVisible();

  await page.keyboard.press("Control+f");
  await page.getByRole("textbox", { name: "Find" }).fill("cat");
  const bar = page.getByRole("search");
  await expect(bar).toContainText("3 found");
  await page.keyboard.press("Enter");
  await expect(bar).toContainText("of 3");
  await bar.getByRole("button", { name: "Match case" }).click();
  await expect(bar).toContainText("2");
  await bar.getByRole("textbox", { name: "Replace with" }).fill("bird");
  await bar.getByRole("button", { name: "Replace all" }).click();
  await expect(text).toContainText("bird and dog");
  await expect(bar).toContainText("No matches");
  await page.keyboard.press("Escape");
  await expect(bar).toHaveCount(0);
  await expect(text).toBeFocused();

  await ada.choose("Outline");
  const outline = page.getByRole("navigation", { name: "Outline" });
  await expect(outline.getByRole("listitem")).toHaveText(["One", "Two", "Three"]);
  await page.evaluate(() => scrollTo(0, 0));
  await outline.getByRole("button", { name: "Three" }).click();
  await expect(text.getByRole("heading", { name: "Three" })).toBeInViewport();
  await page.keyboard.press("End");
  await page.keyboard.type("!");
  await expect(outline).toContainText("Three!");
});

test("the language of a code block is detected, or chosen, for everybody", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  const grace = await join({ url, room, name: "Grace" });
  const { page, text } = ada;
  const picker = page.getByRole("combobox", { name: "Language of the code" });
  await ada.write("word\n``` SELECT name FROM people");
  await expect(picker).toHaveValue("");
  await picker.selectOption("SQL");
  await expect(text).toBeFocused();
  await expect(grace.text.locator("pre code.language-sql .hljs-keyword").first()).toHaveText(
    "SELECT",
  );
  await picker.selectOption("Plain text");
  await expect(text.locator("pre [class^=hljs]")).toHaveCount(0);
  await picker.selectOption("Language: detected");
  await expect(picker).toHaveValue("");
  await expect(grace.text.locator("pre code.language-plaintext")).toHaveCount(0);
  // With the keyboard: the last stop of the toolbar.
  await page.keyboard.press("Alt+F10");
  await page.keyboard.press("End");
  await expect(picker).toBeFocused();
  await text.getByText("word").click();
  await expect(picker).toHaveCount(0);
  expect([...ada.errors, ...grace.errors]).toEqual([]);
});
