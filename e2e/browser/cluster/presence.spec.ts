import { expect, test } from "../support/cluster.js";

test("who closes the browser is gone within 2 s, whichever router they came through", async ({
  enter,
}) => {
  const ada = await enter("Ada");
  const grace = await enter("Grace");
  await grace.write("hello");
  await expect(ada.caretOf("Grace")).toBeVisible();
  await expect(ada.people).toContainText("Grace");
  await grace.leave();
  await expect(ada.people.getByRole("listitem")).toHaveCount(1, { timeout: 2000 });
  await expect(ada.text.locator(".collaboration-carets__caret")).toHaveCount(0);
});

test("somebody is followed through the document until one scrolls", async ({ enter }) => {
  const ada = await enter("Ada", { context: { reducedMotion: "reduce" } });
  await ada.write(`top\n${"line\n".repeat(60)}bottom`);
  const grace = await enter("Grace");
  await grace.text.getByText("bottom").click();
  await expect(ada.caretOf("Grace")).toBeAttached();
  await ada.page.evaluate(() => scrollTo(0, 0));
  await expect(ada.caretOf("Grace")).not.toBeInViewport();

  const avatar = ada.people.getByRole("button", { name: "Grace" });
  await avatar.click();
  await expect(ada.caretOf("Grace")).toBeInViewport();
  await grace.text.getByText("top").click();
  await expect(ada.text.getByText("top")).toBeInViewport();
  await expect(ada.caretOf("Grace")).toBeInViewport();
  await ada.page.mouse.move(400, 400);
  await ada.page.mouse.wheel(0, 200);
  await expect(avatar).toHaveAttribute("aria-pressed", "false");
});
