import { expect, test } from "../support/cluster.js";
import type { Person } from "../support/person.js";

const NAMES = ["Ada", "Grace", "Katherine", "Mary"];
const KEYS_PER_SECOND = 10;
/** Long enough for a drain, a death, and some calm after each. */
const KEYS = 150;

/** What a page shows that has lost its server, or is about to. */
const TROUBLE = ["connecting", "offline", "unsaved", "refused"];

test.setTimeout(120_000);

test("the home is drained, the next one killed, while four people type: nobody notices, nothing is lost", async ({
  cluster,
  room,
  enter,
}) => {
  const first = await enter("Witness");
  await first.write([...NAMES, "Witness"].map((name) => `${name}: `).join("\n"));
  await expect(first.indicator).toHaveText("Saved");
  const people = new Map<string, Person>();
  for (const name of NAMES) {
    const person = await enter(name);
    await expect(person.indicator).toHaveText("Saved");
    await person.clickInto(person.text.locator("p").nth(people.size));
    await person.page.keyboard.press("End");
    await person.settle();
    people.set(name, person);
  }
  const home = await cluster.homeOf(room);
  const from = Date.now();
  let typing = true;
  const delay = 1000 / KEYS_PER_SECOND;
  const typed = Promise.all(
    [...people].map(([name, { page }]) => page.keyboard.type(keysOf(name), { delay })),
  ).finally(() => {
    typing = false;
  });
  const reached = (part: number) =>
    expect.poll(() => lengthOf(first, "Ada"), { timeout: 60_000 }).toBeGreaterThan(KEYS * part);

  await reached(0.2);
  await cluster.api.drain(home.id);
  await expect.poll(async () => (await cluster.homeOf(room)).id).not.toBe(home.id);
  const next = await cluster.homeOf(room);
  await reached(0.5);
  // Who was told "Saved" and has gone cannot bring back what a home forgets.
  await first.write("acknowledged");
  await expect(first.indicator).toHaveText("Saved");
  await Promise.all([first.leave(), next.kill()]);
  expect(typing).toBe(true);
  await typed;
  const last = await cluster.homeOf(room);
  expect([home.id, next.id]).not.toContain(last.id);

  const lines = NAMES.map((name) => `${name}: ${keysOf(name)}`);
  const expected = [...lines, "Witness: acknowledged"].join("\n");
  const fresh = await enter("Fresh");
  for (const person of [...people.values(), fresh]) {
    await expect.poll(() => person.content()).toBe(expected);
    await expect(person.indicator).toHaveText("Saved");
  }
  const until = Date.now();
  for (const person of people.values()) {
    expect(await person.log.longest(TROUBLE, from, until)).toBeLessThanOrEqual(2000);
    expect(person.sockets.map((socket) => socket.isClosed())).toEqual([false]);
    expect(person.errors).toEqual([]);
  }

  await cluster.api.resume(home.id);
  await next.start();
  await cluster.whole();
});

/** Numbered, so that what is lost, doubled or misplaced is seen. */
function keysOf(name: string): string {
  const numbers = Array.from({ length: KEYS }, (_, index) => `${name.slice(0, 1)}${index} `);
  return numbers
    .join("")
    .slice(0, KEYS - 1)
    .concat(".");
}

/** How much of somebody's line has reached this person. */
async function lengthOf(person: Person, name: string): Promise<number> {
  const line = (await person.content()).split("\n").find((each) => each.startsWith(`${name}: `));
  return (line?.length ?? 0) - name.length - 2;
}
