import { expect, test } from "./support/test.js";

const room = "together";

test("who is here has names and colours, follows changes, and forgets who left", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  const grace = await join({ url, room, name: "Grace", color: "#c2410c" });
  await expect(ada.people.getByRole("listitem")).toHaveCount(2);
  await expect(ada.people).toContainText("Ada (you)");
  await expect(ada.people).toContainText("Grace");
  await expect(ada.people.locator('[data-color="#c2410c"]')).toHaveCount(1);

  await grace.write("hello");
  await expect(ada.caretOf("Grace")).toBeVisible();
  await grace.self.click();
  await grace.page.getByRole("textbox", { name: "Name" }).fill("Rear Admiral");
  await grace.page.getByRole("radio", { name: "Colour 7" }).check();
  await grace.page.getByRole("button", { name: "Done" }).click();
  await expect(ada.people).toContainText("Rear Admiral");
  await expect(ada.people.locator('[data-color="#7e22ce"]')).toHaveCount(1);
  await grace.write("!");
  await expect(ada.caretOf("Rear Admiral")).toHaveCSS("--person", "#7e22ce");

  await grace.page.reload();
  await expect(grace.people).toContainText("Rear Admiral (you)");
  await grace.leave();
  await expect(ada.people.getByRole("listitem")).toHaveCount(1, { timeout: 2000 });
  await expect(ada.text.locator(".collaboration-carets__caret")).toHaveCount(0);
});

test("the name over a caret covers no letter, and stays on the page", async ({
  homeroom: { url },
  join,
}) => {
  // Descenders above, ascenders below: the least room that text leaves.
  const ada = await join({ url, room, name: "Ada" });
  await ada.write(`${"jgpqy ".repeat(60)}\n${"bdhkl ".repeat(10)}`);
  const grace = await join({ url, room, name: "Grace Brewster Hopper" });
  await grace.clickInto(grace.text.getByText("bdhkl"));
  await grace.page.keyboard.press("ArrowUp");
  for (const key of ["Home", "End"]) {
    await grace.page.keyboard.press(key);
    const label = ada.caretOf("Grace").locator(".collaboration-carets__label");
    await expect(label).toBeVisible();
    await expect(label).toBeInViewport({ ratio: 1 });
    let clip = { x: 0, y: 0, width: 0, height: 0 };
    await expect(async () => {
      // The caret is another element after each change.
      const box = await label.boundingBox();
      if (box === null) throw new Error("the label has no box");
      clip = box;
    }).toPass();
    const picture = async (textColor: string): Promise<Buffer> => {
      await ada.page.addStyleTag({
        content: `.collaboration-carets__caret { visibility: hidden } .text { color: ${textColor} !important }`,
      });
      return await ada.page.screenshot({ clip });
    };
    const [withText, without] = [await picture("inherit"), await picture("transparent")];
    expect(withText.equals(without), `ink under the name, caret at ${key}`).toBe(true);
    await ada.page.evaluate(() => {
      for (const style of document.querySelectorAll("head style")) style.remove();
    });
  }
});
