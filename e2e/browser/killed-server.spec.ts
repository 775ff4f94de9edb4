import type { HomeroomProcess } from "@homeroom/testkit";
import { expect, test } from "./support/test.js";

const room = "killed";
const WORDS: Readonly<Record<string, string>> = {
  connecting: "Connecting…",
  saving: "Saving…",
  saved: "Saved",
  unsaved: "Not saved",
  offline: "Offline",
  refused: "Refused",
};

async function killed(homeroom: HomeroomProcess): Promise<number> {
  homeroom.kill("SIGKILL");
  await homeroom.exited;
  return Date.now();
}

test("a killed server shows within 3 s, nothing is called saved that is not, and all is there after its return", async ({
  lab,
  homeroom,
  join,
}) => {
  const { url, port, dataDir } = homeroom;
  const ada = await join({ url, room, name: "Ada" });
  const grace = await join({ url, room, name: "Grace" });
  await ada.write("before");
  await expect(ada.indicator).toHaveText("Saved");
  await expect(grace.text).toContainText("before");
  await expect(grace.indicator).toHaveText("Saved");

  const dead = await killed(homeroom);
  await expect(ada.indicator).toHaveAttribute("data-save-state", "offline", { timeout: 3000 });
  await expect(grace.indicator).toHaveAttribute("data-save-state", "offline", { timeout: 3000 });
  await ada.write(" during");
  const typed = Date.now();
  await expect(ada.indicator).toHaveText("Not saved");
  // Long enough for several attempts to connect, each of which could raise false hope.
  await expect.poll(() => Date.now() - typed, { timeout: 10_000 }).toBeGreaterThan(5000);

  const restart = Date.now();
  await lab.homeroom({ port, dataDir });
  await expect(ada.indicator).toHaveText("Saved");
  await expect(grace.text).toContainText("before during");

  const meanwhile = await ada.log.between(dead + 3000, restart);
  expect(new Set(meanwhile.map(({ state }) => state))).toEqual(new Set(["unsaved"]));
  expect((await ada.log.between(typed, restart)).map(({ state }) => state)).not.toContain("saved");
  for (const { state, words } of [...(await ada.log.read()), ...(await grace.log.read())]) {
    expect(words).toBe(state === null ? "" : WORDS[state]);
  }

  const third = await join({ url, room, name: "Katherine" });
  await expect.poll(() => third.content()).toBe("before during");
  await expect(third.indicator).toHaveText("Saved");
});

test("what was called saved survives a kill at that very moment", async ({
  lab,
  homeroom,
  join,
}) => {
  const { url, port, dataDir } = homeroom;
  const ada = await join({ url, room, name: "Ada" });
  let current = homeroom;
  const rounds = ["one ", "two ", "three "];
  for (const round of rounds) {
    await ada.write(round);
    await expect(ada.indicator).toHaveText("Saved");
    await killed(current);
    current = await lab.homeroom({ port, dataDir });
    const witness = await join({ url, room, name: "Witness" });
    await expect(witness.text).toContainText(round.trim());
    await witness.leave();
    await expect(ada.indicator).toHaveText("Saved");
  }
});

test("leaving asks while something is unsaved, and only then", async ({ homeroom, join }) => {
  const ada = await join({ url: homeroom.url, room, name: "Ada" });
  const asked: string[] = [];
  ada.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await ada.write("a");
  await expect(ada.indicator).toHaveText("Saved");
  await ada.page.close({ runBeforeUnload: true });
  await expect.poll(() => ada.page.isClosed()).toBe(true);
  expect(asked).toEqual([]);

  const grace = await join({ url: homeroom.url, room, name: "Grace" });
  grace.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await killed(homeroom);
  await grace.write("b");
  await grace.page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  expect(grace.page.isClosed()).toBe(false);
});
