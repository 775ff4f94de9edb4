import { expect, test } from "./support/test.js";

test("a new document, its name in the tab, and the way back to it", async ({
  homeroom: { url },
  page,
}) => {
  await page.goto(url);
  await expect(page.getByText("Nothing here yet")).toBeVisible();
  await page.getByRole("button", { name: "New document" }).click();
  await expect(page).toHaveURL(/\/d\/([2-9a-z]{5}-){2}[2-9a-z]{5}$/);
  const address = page.url();
  const text = page.getByRole("textbox", { name: "Document" });
  await expect(text).toBeFocused();
  await page.keyboard.type("# Minutes\nWe met.");
  await expect(page.getByRole("heading", { level: 1, name: "Minutes" }).first()).toBeVisible();
  await expect(page).toHaveTitle("Minutes · Homeroom");
  await expect(page.locator("[data-save-state]")).toHaveText("Saved");

  await page.getByRole("link", { name: "Homeroom, all documents" }).click();
  await page.getByRole("link", { name: "Minutes" }).click();
  await expect(page).toHaveURL(address);
  await expect(text).toContainText("We met.");

  await page.goto(url);
  await page.getByRole("button", { name: "Actions for Minutes" }).click();
  await page.getByRole("menuitem", { name: "Remove from this list" }).click();
  await expect(page.getByText("Nothing here yet")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: "Minutes" })).toBeVisible();
});

test("a template, a title, a search, another title, and a deletion that is taken back and one that is not", async ({
  homeroom: { url },
  page,
  join,
}) => {
  await page.goto(url);
  await page.getByRole("button", { name: "Meeting notes" }).click();
  const text = page.getByRole("textbox", { name: "Document" });
  await expect(text.getByRole("heading", { name: "Agenda" })).toBeVisible();
  await expect(text.getByRole("checkbox")).toHaveCount(1);
  await page.getByRole("textbox", { name: "Title" }).fill("Budget");
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle("Budget · Homeroom");
  await expect(page.locator("[data-save-state]")).toHaveText("Saved");
  const room = decodeURIComponent(new URL(page.url()).pathname.slice("/d/".length));
  const grace = await join({ url, room, name: "Grace" });
  await expect(grace.page).toHaveTitle("Budget · Homeroom");

  for (const name of ["one", "two", "three"]) {
    await page.goto(`${url}/d/${name}`);
    await expect(page.locator("[data-save-state]")).toHaveText("Saved");
  }
  await page.goto(url);
  const search = page.getByRole("searchbox", { name: "Search by name" });
  const links = page.getByRole("main").getByRole("link");
  await expect(links).toHaveCount(4);
  await search.fill("budg");
  await expect(links).toHaveCount(1);
  await search.fill("nothing like it");
  await expect(page.getByText("No document is called “nothing like it”")).toBeVisible();
  await search.fill("");

  await page.getByRole("button", { name: "Actions for Budget" }).click();
  await page.getByRole("menuitem", { name: "Rename…" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Plan");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("link", { name: "Plan" })).toBeVisible();
  await expect(grace.page).toHaveTitle("Plan · Homeroom");

  const remove = async (): Promise<void> => {
    await page.getByRole("button", { name: "Actions for Plan" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("link", { name: "Plan" })).toHaveCount(0);
  };
  await remove();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: "Plan" })).toBeVisible();
  await expect(grace.indicator).toHaveText("Saved");
  await remove();
  // Leaving the page does not wait for the seconds in which it could be taken back.
  await page.goto("about:blank");
  await expect(grace.page.getByRole("alert")).toContainText("This document was deleted");
});

test("a document opens by its name, and a name that is none is explained", async ({
  homeroom: { url },
  page,
}) => {
  await page.goto(url);
  const name = page.getByRole("textbox", { name: "Open by name" });
  await name.fill("a//b");
  await name.press("Enter");
  await expect(page.getByRole("alert")).toContainText("A name has 1 to 255 bytes");
  await name.fill("team/Müller & Söhne");
  await name.press("Enter");
  await expect(page.locator("[data-save-state]")).toHaveText("Saved");
  expect(decodeURIComponent(new URL(page.url()).pathname)).toBe("/d/team/Müller & Söhne");
});

test("the page asks nobody but its own server for anything", async ({
  homeroom: { url },
  page,
}) => {
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  page.on("websocket", (socket) => hosts.add(new URL(socket.url()).host));
  await page.goto(`${url}/d/alone`);
  await expect(page.locator("[data-save-state]")).toHaveText("Saved");
  expect([...hosts]).toEqual([new URL(url).host]);
});
