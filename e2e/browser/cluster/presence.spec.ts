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

test("somebody can be followed until one scrolls, and those who come and go are told", async ({
  enter,
}) => {
  const ada = await enter("Ada", { context: { reducedMotion: "reduce" } });
  await ada.write(`top\n${"line\n".repeat(60)}bottom`);
  const said = ada.page.locator("[data-announcer=people]");
  const grace = await enter("Grace");
  await expect(said).toHaveText("Grace joined.");
  await grace.text.getByText("bottom").click();
  await expect(ada.caretOf("Grace")).toBeAttached();
  await ada.page.evaluate(() => scrollTo(0, 0));
  await expect(ada.caretOf("Grace")).not.toBeInViewport();

  const avatar = ada.people.getByRole("button", { name: "Grace" });
  await avatar.click();
  await expect(avatar).toHaveAttribute("aria-pressed", "true");
  await expect(ada.caretOf("Grace")).toBeInViewport();
  await grace.text.getByText("top").click();
  await expect(ada.caretOf("Grace")).toBeInViewport();
  await expect(ada.text.getByText("top")).toBeInViewport();

  await ada.page.mouse.move(400, 400);
  await ada.page.mouse.wheel(0, 200);
  await expect(avatar).toHaveAttribute("aria-pressed", "false");
  await grace.clickInto(grace.text.getByText("bottom"));
  await grace.page.keyboard.type("!");
  await expect(ada.text).toContainText("bottom!");
  await expect(ada.caretOf("Grace")).not.toBeInViewport();

  await ada.choose("Settings");
  await ada.page.getByRole("checkbox", { name: "who joins and leaves" }).uncheck();
  await ada.page.keyboard.press("Escape");
  await expect(said).toBeEmpty();
  await grace.leave();
  await expect(ada.people.getByRole("listitem")).toHaveCount(1, { timeout: 2000 });
  await expect(said).toBeEmpty();
});
