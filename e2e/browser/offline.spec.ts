import { expect, test } from "./support/test.js";

const room = "offline";

test("what was written offline survives a reload without the server, and merges with what others wrote", async ({
  lab,
  homeroom,
  join,
}) => {
  const proxy = await lab.proxy(homeroom);
  const ada = await join({
    url: `http://127.0.0.1:${proxy.port}`,
    room,
    name: "Ada",
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
  const grace = await join({ url: homeroom.url, room, name: "Grace" });
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
    await expect(person.text).toContainText("by Grace, meanwhile");
    await expect(person.text).toContainText("by Ada, offline!");
    expect((await person.content()).split("first")).toHaveLength(2);
  }
  await expect.poll(() => ada.content()).toBe(await grace.content());
});
