import fc from "fast-check";
import { expect, it } from "vitest";
import { Budget, Unsettled } from "../../src/routes/unsettled.js";

type Step =
  | { readonly type: "add"; readonly session: number; readonly length: number }
  | { readonly type: "settle"; readonly session: number; readonly share: number }
  | { readonly type: "refuse"; readonly session: number; readonly share: number }
  | { readonly type: "drop"; readonly session: number };

const session = fc.nat(3);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("add" as const), session, length: fc.nat(300) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("settle" as const), session, share }) },
  fc.record({ type: fc.constant("refuse" as const), session, share }),
  fc.record({ type: fc.constant("drop" as const), session }),
);

it("RT14: what is not settled is kept in the order in which it came, and bytes are given back", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const budget = new Budget(Number.POSITIVE_INFINITY, () => {});
      const unsettled = new Unsettled(Number.POSITIVE_INFINITY, budget);
      const numbers = [0, 0, 0, 0];
      let expected: { session: number; number: number; length: number }[] = [];
      for (const each of steps) {
        const last = numbers[each.session] ?? 0;
        switch (each.type) {
          case "add":
            numbers[each.session] = last + 1;
            unsettled.add(each.session, last + 1, "update", new Uint8Array(each.length));
            expected.push({ session: each.session, number: last + 1, length: each.length });
            break;
          case "settle": {
            const number = Math.floor(last * each.share);
            unsettled.settle(each.session, number);
            expected = expected.filter(
              (kept) => kept.session !== each.session || kept.number > number,
            );
            break;
          }
          case "refuse": {
            const number = Math.floor(last * each.share);
            unsettled.refuse(each.session, number);
            expected = expected.map((kept) =>
              kept.session === each.session && kept.number === number
                ? { ...kept, length: 2 }
                : kept,
            );
            break;
          }
          case "drop":
            unsettled.drop(each.session);
            expected = expected.filter((kept) => kept.session !== each.session);
            break;
        }
        const kept = unsettled.all().map(({ session: by, number, update }) => ({
          session: by,
          number,
          length: update.length,
        }));
        expect(kept).toEqual(expected);
        for (let by = 0; by < 4; by++) {
          expect(unsettled.has(by)).toBe(expected.some((one) => one.session === by));
        }
      }
      unsettled.clear();
      expect(budget.bytes).toBe(0);
    }),
    { numRuns: 100 },
  );
});

it("RT14: one update may go beyond the limit; then no more is taken, here or where the budget is shared", () => {
  const budget = new Budget(2_000, () => {});
  const [one, two] = [new Unsettled(1_000, budget), new Unsettled(10_000, budget)];
  one.add(1, 1, "update", new Uint8Array(1_500));
  expect([one.full, two.full]).toEqual([true, false]);
  two.add(1, 1, "update", new Uint8Array(500));
  expect([one.full, two.full]).toEqual([true, true]);
  one.settle(1, 1);
  expect([one.full, two.full]).toEqual([false, false]);
});
