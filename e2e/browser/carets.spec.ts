import { expect, test } from "./support/test.js";

const room = "carets";

test("a paragraph that somebody splits before my caret takes my caret along", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  await ada.write("alpha beta gamma\nlast");
  const grace = await join({ url, room, name: "Grace" });
  await expect(grace.text).toContainText("last");

  for (const [key, presses, expected] of [
    ["within the rest", 3, "alpha\nbeta ga1mma\nlast"],
    ["at the end", 0, "alpha\nbeta gamma1\nlast"],
  ] as const) {
    await ada.clickInto(ada.text.getByText("gamma"));
    await ada.page.keyboard.press("End");
    await ada.settle();
    for (let press = 0; press < presses; press++) await ada.page.keyboard.press("ArrowLeft");
    await ada.settle();
    await expect(grace.caretOf("Ada")).toBeVisible();
    await grace.clickInto(grace.text.getByText("alpha"));
    await grace.page.keyboard.press("Home");
    for (const _ of "alpha ") await grace.page.keyboard.press("ArrowRight");
    await grace.settle();
    await grace.page.keyboard.press("Backspace");
    await grace.page.keyboard.press("Enter");
    await expect.poll(() => ada.content(), key).toBe("alpha\nbeta gamma\nlast");
    await ada.page.keyboard.type("1");
    await expect.poll(() => ada.content(), key).toBe(expected);

    await ada.page.keyboard.press("Backspace");
    // Joining paragraphs writes the second one anew, with what somebody deletes from it meanwhile.
    await expect.poll(() => grace.content(), key).toBe("alpha\nbeta gamma\nlast");
    await grace.page.keyboard.press("Backspace");
    await grace.page.keyboard.type(" ");
    await expect.poll(() => ada.content(), key).toBe("alpha beta gamma\nlast");
  }
});

test("undo brings back the caret with the text, leaves others alone, and survives a reconnect", async ({
  lab,
  homeroom,
  join,
}) => {
  const proxy = await lab.proxy(homeroom);
  const ada = await join({ url: `http://127.0.0.1:${proxy.port}`, room, name: "Ada" });
  await ada.write("keep this word here\nsecond");
  await expect(ada.indicator).toHaveText("Saved");
  const grace = await join({ url: homeroom.url, room, name: "Grace" });
  await expect(grace.text).toContainText("second");

  await ada.clickInto(ada.text.getByText("keep"));
  await ada.page.keyboard.press("Home");
  for (const _ of "keep this word") await ada.page.keyboard.press("ArrowRight");
  await ada.settle();
  await ada.page.keyboard.press("Control+Backspace");
  await expect.poll(() => ada.content()).toBe("keep this  here\nsecond");
  await ada.page.keyboard.press("Control+End");

  await expect(ada.indicator).toHaveText("Saved");
  proxy.reset();
  await expect(ada.indicator).not.toHaveText("Saved");
  await expect(ada.indicator).toHaveText("Saved");
  await grace.write(" by grace");
  await expect(ada.text).toContainText("second by grace");

  await ada.page.keyboard.press("Control+z");
  await expect.poll(() => ada.content()).toBe("keep this word here\nsecond by grace");
  // Somebody else's edit does not move it either.
  await grace.write("!");
  await expect(ada.text).toContainText("by grace!");
  await ada.page.keyboard.type("X");
  await expect.poll(() => grace.content()).toBe("keep this wordX here\nsecond by grace!");
});

test("somebody can be followed in code mode", async ({ homeroom: { url }, join }) => {
  const ada = await join({ url, room: "follow.ts", name: "Ada" });
  await ada.choose("Plain text and code");
  await ada.clickInto();
  await ada.page.keyboard.insertText("const line = 0;\n".repeat(200));
  const grace = await join({ url, room: "follow.ts", name: "Grace" });
  await grace.choose("Plain text and code");
  await expect(grace.text).toContainText("const line");
  await grace.clickInto();
  await grace.page.keyboard.press("Control+Home");
  await expect(ada.page.locator(".cm-ySelectionInfo")).toHaveCount(0);
  await ada.people.getByRole("button", { name: "Grace" }).click();
  const caret = ada.page.locator(".cm-ySelectionCaret");
  await expect(caret).toBeInViewport();
  await grace.page.keyboard.press("Control+End");
  await grace.page.keyboard.type("// the end");
  await expect(ada.page.getByText("// the end")).toBeInViewport();
  await expect(caret).toBeInViewport();
  expect([...ada.errors, ...grace.errors]).toEqual([]);
});

test("my caret stays in sight while somebody writes a lot above it", async ({
  homeroom: { url },
  join,
}) => {
  const ada = await join({ url, room, name: "Ada" });
  await ada.write("top\nmiddle\nmine");
  const grace = await join({ url, room, name: "Grace" });
  await grace.clickInto(grace.text.getByText("middle"));
  await grace.page.keyboard.press("End");
  await grace.page.keyboard.type("\nline".repeat(40));
  await expect(ada.text.locator("p")).toHaveCount(43);
  await expect(ada.text.getByText("mine")).toBeInViewport();
  await ada.page.keyboard.type("!");
  await expect(grace.text).toContainText("mine!");
});
