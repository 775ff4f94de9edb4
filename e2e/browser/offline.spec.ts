import { expect, test } from "./support/test.js";

test("a copy of which everything was saved says Offline, and Not saved only for what came after", async ({
  homeroom,
  lab,
  join,
}) => {
  const proxy = await lab.proxy(homeroom);
  const ada = await join({
    url: `http://127.0.0.1:${proxy.port}`,
    room: "kept",
    name: "Ada",
    context: { serviceWorkers: "allow" },
  });
  const { page } = ada;
  await ada.write("all of this is saved");
  await page.keyboard.press("Backspace");
  await expect(ada.indicator).toHaveText("Saved");
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await expect.poll(() => page.evaluate(notedAsSaved)).toBe(true);

  await proxy.refuse();
  proxy.reset();
  await expect(ada.indicator).toHaveText("Offline");
  await page.reload();
  await expect(ada.text).toHaveText("all of this is save");
  await expect(ada.indicator).toHaveText("Offline");
  // A deletion is something unsaved, too.
  await ada.clickInto();
  await page.keyboard.press("Control+End");
  await ada.settle();
  await page.keyboard.press("Backspace");
  await expect(ada.indicator).toHaveText("Not saved");
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(ada.text).toHaveText("all of this is sav");
  await expect(ada.indicator).toHaveText("Not saved");
  await proxy.accept();
  await expect(ada.indicator).toHaveText("Saved", { timeout: 20_000 });
});

/**
 * Runs in the page. Whether the copy says that all of it was saved. There may be an earlier note of
 * the empty document; what was deleted, with which a snapshot begins, is the last thing that was done.
 */
function notedAsSaved(): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("homeroom:kept");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = opening.result.transaction("custom").objectStore("custom").get("saved");
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        opening.result.close();
        const saved: unknown = asked.result;
        resolve(saved instanceof ArrayBuffer && new Uint8Array(saved)[0] !== 0);
      };
    };
  });
}
