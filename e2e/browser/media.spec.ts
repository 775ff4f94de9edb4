import { expect, test } from "./support/test.js";

const room = "media";

test("on paper there is the text alone, black on white", async ({ homeroom: { url }, join }) => {
  const context = { colorScheme: "dark" } as const;
  const ada = await join({ url, room, name: "Ada", context });
  const { page, text } = ada;
  await ada.write("# A heading\nsee https://example.org/a for more");
  const grace = await join({ url, room, name: "Grace" });
  await grace.text.getByText("for more").click();
  await expect(ada.caretOf("Grace")).toBeVisible();
  await ada.choose("Outline");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("toolbar")).toBeHidden();
  await expect(page.getByRole("banner")).toBeHidden();
  await expect(page.getByRole("navigation")).toBeHidden();
  await expect(ada.caretOf("Grace")).toBeHidden();
  await expect(text).toContainText("for more");
  await expect(page.locator("html")).toHaveCSS("color-scheme", "light");
  // Where a link leads can be read on paper.
  const address = await text
    .getByRole("link")
    .evaluate((link) => getComputedStyle(link, "::after").content);
  expect(address).toContain("https://example.org/a");
  // A page of paper by the browser itself, with something on it.
  expect((await page.pdf()).length).toBeGreaterThan(1000);
});

test("with the system's own colours, what is chosen and where others are can still be seen", async ({
  homeroom: { url },
  join,
}) => {
  const context = { forcedColors: "active" } as const;
  const ada = await join({ url, room, name: "Ada", context });
  const { page } = ada;
  await ada.write("word");
  await page.keyboard.press("Control+a");
  const bold = page.getByRole("button", { name: "Bold" });
  await expect(bold).toHaveAttribute("aria-pressed", "false");
  await expect(bold).toHaveCSS("outline-style", "none");
  await bold.click();
  await expect(bold).toHaveAttribute("aria-pressed", "true");
  await expect(bold).toHaveCSS("outline-style", "solid");
  const grace = await join({ url, room, name: "Grace", color: "#c2410c" });
  await grace.text.getByText("word").click();
  const label = ada.caretOf("Grace").locator(".collaboration-carets__label");
  await expect(label).toHaveCSS("background-color", "rgb(194, 65, 12)");
});

test("who wants no motion sees none", async ({ homeroom: { url }, join }) => {
  const context = { reducedMotion: "reduce" } as const;
  const ada = await join({ url, room, name: "Ada", context });
  const grace = await join({ url, room, name: "Grace" });
  await grace.write("word");
  await expect(ada.caretOf("Grace")).toBeVisible();
  await ada.choose("Settings");
  await expect(ada.page.getByRole("dialog")).toBeVisible();
  const moving = await ada.page.evaluate(() =>
    document.getAnimations().map((animation) => {
      const { effect } = animation;
      return effect instanceof KeyframeEffect ? effect.target?.className : "";
    }),
  );
  expect(moving).toEqual([]);
  await ada.page.keyboard.press("Escape");
  // Somebody who does not mind sees names over carets fade.
  await ada.write("!");
  const label = grace.caretOf("Ada").locator(".collaboration-carets__label");
  await expect(label).toHaveCSS("animation-name", "rest");
  await expect(ada.caretOf("Grace").locator(".collaboration-carets__label")).toHaveCSS(
    "animation-name",
    "none",
  );
});
