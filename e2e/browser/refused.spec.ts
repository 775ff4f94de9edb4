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

test("a reader sees that the document is read-only, and why, and what others write", async ({
  lab,
  join,
}) => {
  const server = await lab.homeroom({ env });
  const { url } = server;
  const ada = await join({ url, room, token: await token({ rooms: [room], access: "write" }) });
  await ada.write("written by Ada");
  await expect(ada.indicator).toHaveText("Saved");
  const reading = await token({ rooms: [room], access: "read" });
  const eve = await join({ url, room, token: reading });
  await expect(eve.text).toContainText("written by Ada");
  await expect(eve.indicator).toHaveText("Saved");
  await expect(eve.text).toHaveAttribute("aria-readonly", "true");
  await expect(eve.page.getByRole("region", { name: "Read only" })).toContainText(
    "Your link is for readers",
  );
  await expect(eve.page.getByRole("toolbar")).toHaveCount(0);
  await eve.write("!");
  await ada.write(", again");
  await expect(eve.text).toContainText("written by Ada, again");

  // Its page does not offer it; a client that sends it all the same is refused by the server.
  const forger = lab.yWebsocket(server, room, { params: { token: reading } });
  await expect.poll(() => forger.synced).toBe(true);
  forger.doc.getText("code").insert(0, "forged");
  await ada.write("!");
  await expect(eve.text).toContainText("again!");
  await ada.choose("Plain text and code");
  await expect(ada.text).not.toContainText("forged");
});

test("what was written offline and is refused later is shown, can be copied out, and goes only when told to", async ({
  lab,
  homeroom,
  join,
}) => {
  const { port, dataDir, url } = homeroom;
  const context = { permissions: ["clipboard-read", "clipboard-write"] };
  const eve = await join({ url, room, context });
  await eve.write("accepted");
  await expect(eve.indicator).toHaveText("Saved");
  homeroom.kill("SIGKILL");
  await homeroom.exited;
  await expect(eve.indicator).toHaveText("Offline");
  await eve.write(", refused");
  await expect(eve.indicator).toHaveText("Not saved");

  await lab.homeroom({ port, dataDir, env });
  eve.page.on("dialog", (dialog) => void dialog.accept());
  const reading = await token({ rooms: [room], access: "read" });
  for (const _visit of ["first", "after a reload"]) {
    await eve.page.goto(`${url}/d/${room}?token=${reading}`);
    await expect(eve.text).toContainText("accepted, refused");
    await expect(eve.indicator).toHaveText("Refused");
  }
  const notice = eve.page.getByRole("alert");
  await expect(notice).toContainText("Your latest changes were not accepted");
  await expect(notice).toBeInViewport();
  await notice.getByRole("button", { name: "Copy my text" }).click();
  await expect(notice.getByRole("button", { name: "Text copied" })).toBeVisible();
  expect(await eve.page.evaluate(() => navigator.clipboard.readText())).toBe("accepted, refused");
  await notice.getByRole("button", { name: "Discard and load again" }).click();
  await expect(eve.indicator).toHaveText("Saved");
  await expect.poll(() => eve.content()).toBe("accepted");
});

test("what is too large to save says so and can be discarded", async ({ lab, join }) => {
  const { url } = await lab.homeroom({ env: { HOMEROOM_MAX_MESSAGE_BYTES: "64KiB" } });
  const ada = await join({ url, room });
  await ada.write("small");
  await expect(ada.indicator).toHaveText("Saved");
  await ada.text.focus();
  await ada.page.keyboard.insertText("x".repeat(100_000));
  await expect(ada.indicator).toHaveText("Refused");
  const notice = ada.page.getByRole("alert");
  await expect(notice).toContainText("The server says: message too large");
  await notice.getByRole("button", { name: "Discard and load again" }).click();
  await expect(ada.indicator).toHaveText("Saved");
  await expect.poll(() => ada.content()).toBe("small");
});

test("an address that names no document says so", async ({ homeroom: { url }, page }) => {
  await page.goto(`${url}/d/a%2F%2Fb`);
  await expect(page.getByRole("heading", { name: "This address is no document" })).toBeVisible();
  await page.getByRole("link", { name: "To the home page" }).click();
  await expect(page.getByRole("button", { name: "New document" })).toBeVisible();
});
