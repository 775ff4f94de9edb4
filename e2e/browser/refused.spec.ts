import { authSecret, token } from "../support/tokens.js";
import { expect, test } from "./support/test.js";

const room = "guarded";
const env = { HOMEROOM_AUTH_SECRET: authSecret };

test("without a token the page says so, stops trying, and lets nobody type", async ({
  lab,
  join,
}) => {
  const { url } = await lab.homeroom({ env });
  const eve = await join({ url, room });
  await expect(eve.indicator).toHaveText("Refused");
  await expect(eve.page.getByRole("alert")).toContainText("This link does not let you in");
  await expect(eve.text).toHaveAttribute("contenteditable", "false");
  await expect(eve.text).toHaveAttribute("aria-readonly", "true");
});

test("a token for another room is refused", async ({ lab, join }) => {
  const { url } = await lab.homeroom({ env });
  const eve = await join({ url, room, token: await token({ rooms: ["other"], access: "write" }) });
  await expect(eve.indicator).toHaveText("Refused");
  await expect(eve.page.getByRole("alert")).toContainText("You may not open this document");
});

test("a reader's edit is refused, named, and can be copied out", async ({ lab, join }) => {
  const { url } = await lab.homeroom({ env });
  const ada = await join({ url, room, token: await token({ rooms: [room], access: "write" }) });
  await ada.write("written by Ada");
  await expect(ada.indicator).toHaveText("Saved");
  const eve = await join({
    url,
    room,
    token: await token({ rooms: [room], access: "read" }),
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  await expect(eve.text).toContainText("written by Ada");
  await expect(eve.indicator).toHaveText("Saved");

  await eve.write("!");
  await expect(eve.indicator).toHaveText("Refused");
  const notice = eve.page.getByRole("alert");
  await expect(notice).toContainText("Your latest changes were not accepted");
  await expect(notice).toBeInViewport();
  await expect(eve.text).toHaveAttribute("contenteditable", "false");
  await notice.getByRole("button", { name: "Copy my text" }).click();
  await expect(notice.getByRole("button", { name: "Text copied" })).toBeVisible();
  const copied = await eve.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe("written by Ada!");
  expect(await ada.content()).toBe("written by Ada");

  await ada.write(", again");
  await expect(eve.text).toContainText("again");
});

test("a token that expires ends the session in words", async ({ lab, join }) => {
  const { url } = await lab.homeroom({ env });
  const ada = await join({ url, room, token: await token({ rooms: [room], access: "write" }, 4) });
  await ada.write("in time");
  await expect(ada.indicator).toHaveText("Saved");
  await expect(ada.indicator).toHaveText("Refused");
  await expect(ada.page.getByRole("alert")).toContainText("It may have expired");
  expect(await ada.content()).toBe("in time");
});

test("an address that names no document says so", async ({ homeroom: { url }, page }) => {
  await page.goto(`${url}/d/a%2F%2Fb`);
  await expect(page.getByRole("heading", { name: "This address is no document" })).toBeVisible();
  await page.getByRole("link", { name: "To the home page" }).click();
  await expect(page.getByRole("button", { name: "New document" })).toBeVisible();
});
