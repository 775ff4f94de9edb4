import { expect, test } from "../support/cluster.js";
import type { Person } from "../support/person.js";

const LETTERS = ["a", "b", "c", "d", "e"] as const;
const EACH = 200;

test("five people type 200 characters each at once: within 2 s everybody has all 1,000", async ({
  enter,
}) => {
  const people: Person[] = [];
  // Five windows are drawn by one machine: small ones.
  const context = { viewport: { width: 480, height: 360 } };
  for (const letter of LETTERS) people.push(await enter(letter.toUpperCase(), { context }));
  // All in one line, the hardest place.
  await people[0]?.write("|");
  for (const person of people) {
    await expect(person.text).toContainText("|");
    await person.write("");
  }
  const typed = people.map((person, index) =>
    person.page.keyboard.type(LETTERS[index]?.repeat(EACH) ?? "", { delay: 20 }),
  );
  await Promise.all(typed);
  const done = Date.now();

  const contents = (): Promise<string[]> => Promise.all(people.map((person) => person.content()));
  const counted = async (): Promise<object[]> =>
    (await contents()).map((content) => ({
      length: content.length,
      ...Object.fromEntries(LETTERS.map((letter) => [letter, content.split(letter).length - 1])),
    }));
  const all = { length: 1001, ...Object.fromEntries(LETTERS.map((letter) => [letter, EACH])) };
  await expect.poll(counted, { intervals: [100], timeout: 2000 }).toEqual(LETTERS.map(() => all));
  expect(new Set(await contents()).size).toBe(1);
  expect(Date.now() - done).toBeLessThan(2000);
  for (const person of people) {
    await expect(person.indicator).toHaveText("Saved");
    await expect(person.text.locator(".collaboration-carets__caret")).toHaveCount(4);
    expect(person.errors).toEqual([]);
  }
});

test("undo and redo touch one's own edits alone", async ({ enter }) => {
  const ada = await enter("Ada");
  const grace = await enter("Grace");
  await ada.write("from ada");
  await expect(grace.text).toContainText("from ada");
  await grace.write("\nfrom grace");
  await expect(ada.text).toContainText("from grace");

  const undo = ada.page.getByRole("button", { name: "Undo" });
  while ((await ada.content()).includes("from ada")) await undo.click();
  // More than there is of hers to take back.
  for (let more = 0; more < 5; more++) await ada.page.keyboard.press("Control+z");
  await expect(undo).toHaveAttribute("aria-disabled", "true");
  for (const person of [ada, grace]) {
    await expect.poll(() => person.content()).not.toContain("from ada");
    expect(await person.content()).toContain("from grace");
  }

  for (let more = 0; more < 5; more++) await ada.page.keyboard.press("Control+Shift+z");
  await expect.poll(() => grace.content()).toContain("from ada");
  expect(await grace.content()).toContain("from grace");
});
