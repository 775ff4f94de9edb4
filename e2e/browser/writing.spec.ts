import { expect, test } from "./support/test.js";

const room = "writing";

test("the toolbar formats, shows what applies, and is one stop for the Tab key", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  const { page, text } = ada;
  await ada.write("word");
  await page.keyboard.press("Control+a");
  for (const [button, element] of [
    ["Bold", "strong"],
    ["Italic", "em"],
    ["Strikethrough", "s"],
    ["Heading 2", "h2"],
    ["Bulleted list", "ul > li"],
    ["Quote", "blockquote"],
  ] as const) {
    const toggle = page.getByRole("button", { name: button });
    await toggle.click();
    await expect(text.locator(element), button).toContainText("word");
    await expect(toggle).toHaveAttribute("aria-pressed", "true");
    await toggle.click();
    await expect(text.locator(element), button).toHaveCount(0);
  }
  await page.getByRole("button", { name: "Code block" }).click();
  await expect(text.locator("pre")).toContainText("word");

  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("End");
  await expect(page.getByRole("combobox", { name: "Language of the code" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(text).toBeFocused();
});

test("markdown turns into what it means while it is typed", async ({ homeroom: { url }, join }) => {
  const ada = await join({ url, room, name: "Ada" });
  await ada.write("# Title\n- item\n\n> quote\n\n\n**bold** and `code`");
  await expect(ada.text.locator("h1")).toHaveText("Title");
  await expect(ada.text.locator("ul > li")).toHaveText("item");
  await expect(ada.text.locator("blockquote")).toContainText("quote");
  await expect(ada.text.locator("strong")).toHaveText("bold");
  await expect(ada.text.locator("code")).toHaveText("code");
});
