import { expect, test } from "vitest";
import { DeadlineError, deadline, eventually } from "../src/index.js";

test("eventually gives the first truthy answer", async () => {
  let asked = 0;
  expect(await eventually(() => (++asked === 4 ? "four" : null))).toBe("four");
  expect(asked).toBe(4);
});

test("eventually fails with what was waited for and with the last error", async () => {
  const wait = eventually(
    () => {
      throw new Error("not there");
    },
    { within: 20, message: () => "the tide turns" },
  );
  await expect(wait).rejects.toThrow(new DeadlineError("the tide turns", 20));
  await expect(wait).rejects.toHaveProperty("cause.message", "not there");
});

test("a deadline settles as its promise does, and no later than it says", async () => {
  expect(await deadline(Promise.resolve(7), 1_000, "seven")).toBe(7);
  await expect(deadline(Promise.reject(new Error("no")), 1_000, "no")).rejects.toThrow("no");
  await expect(deadline(new Promise(() => undefined), 10, "nothing")).rejects.toThrow(
    "nothing: not within 10 ms",
  );
});
