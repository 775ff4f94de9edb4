import AxeBuilder from "@axe-core/playwright";
import { token } from "../../support/tokens.js";
import { expect, test } from "../support/cluster.js";

test("who may write makes links for readers and writers, with the keyboard alone", async ({
  room,
  guarded: { url },
  enter,
}) => {
  const context = { permissions: ["clipboard-read", "clipboard-write"] };
  const own = await token({ rooms: [room], access: "admin" });
  const ada = await enter("Ada", { url, token: own, context });
  await ada.write("for others");
  const { page } = ada;
  const { keyboard } = page;
  const link = async (): Promise<string> => {
    await keyboard.press("Tab");
    await keyboard.press("Tab");
    await expect(page.getByRole("button", { name: "Copy link" })).toBeFocused();
    await keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
    return await page.evaluate(() => navigator.clipboard.readText());
  };

  await page.getByRole("button", { name: "Share" }).focus();
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Share this document" });
  await expect(dialog.getByRole("radio", { name: "read", exact: true })).toBeChecked();
  await keyboard.press("Tab");
  await expect(dialog.getByRole("radio", { name: "read", exact: true })).toBeFocused();
  await keyboard.press("Enter");
  await expect(dialog.getByRole("status")).toContainText("Works until");
  const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
  expect(violations).toEqual([]);
  await keyboard.press("Tab");
  await expect(dialog.getByRole("combobox")).toBeFocused();
  const reading = await link();

  // Another choice is another link; the one that was shown has to be asked for again.
  await dialog.getByRole("radio", { name: "read", exact: true }).focus();
  await keyboard.press("ArrowDown");
  await expect(dialog.getByRole("radio", { name: "read and write" })).toBeChecked();
  await expect(dialog.getByRole("textbox", { name: "Link" })).toHaveCount(0);
  await keyboard.press("Enter");
  await expect(dialog.getByRole("status")).toContainText("Works until");
  await keyboard.press("Tab");
  const writing = await link();
  await keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Share" })).toBeFocused();
  expect(new Set([own, reading, writing]).size).toBe(3);

  const tokenIn = (address: string): string => new URL(address).searchParams.get("token") ?? "";
  const grace = await enter("Grace", { url, token: tokenIn(writing) });
  await expect(grace.text).toContainText("for others");
  await grace.write(", by Grace");
  await expect(ada.text).toContainText("for others, by Grace");
  const eve = await enter("Eve", { url, token: tokenIn(reading) });
  await expect(eve.text).toContainText("for others, by Grace");
  await expect(eve.text).toHaveAttribute("aria-readonly", "true");
  await eve.page.getByRole("button", { name: "Share" }).click();
  await expect(eve.page.getByRole("dialog")).toContainText("Your own link is personal");
  await expect(eve.page.getByRole("button", { name: "Create link" })).toHaveCount(0);
});

test("the links of a writer end with the writer's own; one that is refused says so, in German too", async ({
  room,
  guarded: { url },
  enter,
}) => {
  const own = await token({ rooms: [room], access: "write" });
  const { exp } = JSON.parse(Buffer.from(own.split(".")[1] ?? "", "base64url").toString());
  const context = { locale: "de-DE", timezoneId: "UTC" };
  const ada = await enter("Ada", { url, token: own, context, label: "Dokument" });
  const { page } = ada;
  await page.getByRole("button", { name: "Teilen" }).click();
  const dialog = page.getByRole("dialog", { name: "Dieses Dokument teilen" });
  await dialog.getByRole("button", { name: "Link erstellen" }).click();
  const time = new Intl.DateTimeFormat("de", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  await expect(dialog.getByRole("status")).toContainText(`Gilt bis ${time.format(exp * 1000)}.`);

  await page.route("**/links", (route) => route.abort());
  await dialog.getByRole("radio", { name: "lesen und schreiben" }).check();
  await dialog.getByRole("button", { name: "Link erstellen" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Der Server hat nicht geantwortet");
  await page.unroute("**/links");
  await page.route("**/links", (route) => route.fulfill({ status: 403 }));
  await dialog.getByRole("button", { name: "Link erstellen" }).click();
  await expect(dialog.getByRole("alert")).toContainText("nicht mehr teilen");
  await page.route("**/links", (route) => route.fulfill({ status: 501 }));
  await dialog.getByRole("button", { name: "Link erstellen" }).click();
  await expect(dialog).toContainText("Ihr eigener Link ist persönlich");
});
