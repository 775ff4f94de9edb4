import { expect, test } from "../support/cluster.js";

/** What takes minutes of waiting, and hardly any work: it runs beside the others. */
test.setTimeout(180_000);

test("a lone idle tab never reconnects in 2 minutes", async ({ enter }) => {
  const ada = await enter("Ada");
  await expect(ada.indicator).toHaveText("Saved");
  const from = Date.now();
  await expect
    .poll(() => Date.now() - from, { intervals: [1000], timeout: 125_000 })
    .toBeGreaterThanOrEqual(120_000);
  expect(ada.sockets.map((socket) => socket.isClosed())).toEqual([false]);
  const shown = await ada.log.between(from, Date.now());
  expect(shown.map(({ state }) => state)).toEqual(["saved"]);
  await expect(ada.people.getByRole("listitem")).toHaveCount(1);
});

test("who falls silent with their network is gone within 35 s", async ({ cluster, lab, enter }) => {
  const ada = await enter("Ada");
  const proxy = await lab.proxy({ port: Number(new URL(cluster.wsUrls[1] ?? "").port) });
  const grace = await enter("Grace", { url: `http://127.0.0.1:${proxy.port}` });
  await grace.write("hello");
  await expect(ada.people.getByRole("listitem")).toHaveCount(2);
  await expect(ada.caretOf("Grace")).toBeVisible();
  proxy.hold();
  await expect(ada.people.getByRole("listitem")).toHaveCount(1, { timeout: 35_000 });
  await expect(ada.text.locator(".collaboration-carets__caret")).toHaveCount(0);

  proxy.heal();
  await expect(ada.people.getByRole("listitem")).toHaveCount(2, { timeout: 20_000 });
});
