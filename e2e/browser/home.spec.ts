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
  await page.getByRole("button", { name: "Remove Minutes from this list" }).click();
  await expect(page.getByText("Nothing here yet")).toBeVisible();
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
