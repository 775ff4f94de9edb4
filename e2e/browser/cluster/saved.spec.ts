import { expect, test } from "../support/cluster.js";

test("a network that is cut shows within 3 s, leaving warns, and nothing is called saved before it is", async ({
  cluster,
  lab,
  enter,
}) => {
  const proxy = await lab.proxy({ port: Number(new URL(cluster.wsUrls[0] ?? "").port) });
  const ada = await enter("Ada", { url: `http://127.0.0.1:${proxy.port}` });
  const grace = await enter("Grace");
  await ada.write("before");
  await expect(grace.text).toContainText("before");
  await expect(ada.indicator).toHaveText("Saved");

  proxy.hold();
  await ada.text.press("!");
  const cut = Date.now();
  await expect(ada.indicator).toHaveText("Not saved", { timeout: 3000 });
  const asked: string[] = [];
  ada.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await ada.page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  await ada.write(" during");

  // The network is back, and what was typed reaches everybody; but nothing can be confirmed yet.
  cluster.redis.pause();
  proxy.heal();
  await expect(grace.text).toContainText("before! during");
  // Longer than the page holds back the word "Saved", which here would be false.
  const seen = Date.now();
  await expect.poll(() => Date.now() - seen).toBeGreaterThan(1000);
  const resumed = Date.now();
  cluster.redis.resume();
  await expect(ada.indicator).toHaveText("Saved");
  const meanwhile = await ada.log.between(cut, resumed);
  expect(meanwhile.map(({ state }) => state)).not.toContain("saved");

  await ada.leave();
  const third = await enter("Katherine");
  await expect.poll(() => third.content()).toBe("before! during");
});
