import { expect, test } from "../support/cluster.js";

test("what was written offline survives a reload without the server, and merges with what others wrote", async ({
  cluster,
  lab,
  enter,
}) => {
  const proxy = await lab.proxy({ port: Number(new URL(cluster.wsUrls[0] ?? "").port) });
  const ada = await enter("Ada", {
    url: `http://127.0.0.1:${proxy.port}`,
    context: { serviceWorkers: "allow" },
  });
  await ada.write("# Shared\nfirst");
  await expect(ada.indicator).toHaveText("Saved");
  // The page itself is kept by then, too.
  await ada.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });

  await proxy.refuse();
  proxy.reset();
  await expect(ada.indicator).toHaveText("Offline");
  await ada.write("\nby Ada, offline");
  await expect(ada.indicator).toHaveText("Not saved");
  const grace = await enter("Grace");
  await expect(grace.text).toContainText("first");
  await grace.write("\nby Grace, meanwhile");
  await expect(grace.indicator).toHaveText("Saved");

  const asked: string[] = [];
  ada.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await ada.page.reload();
  expect(asked).toEqual(["beforeunload"]);
  await expect(ada.text).toContainText("by Ada, offline");
  await expect(ada.indicator).toHaveText("Not saved");
  await ada.write("!");

  await proxy.accept();
  await expect(ada.indicator).toHaveText("Saved", { timeout: 20_000 });
  for (const person of [ada, grace]) {
    for (const once of ["Shared", "first", "by Grace, meanwhile", "by Ada, offline!"]) {
      await expect.poll(async () => (await person.content()).split(once)).toHaveLength(2);
    }
  }
  await expect.poll(() => ada.content()).toBe(await grace.content());
});
