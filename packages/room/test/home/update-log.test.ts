import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UpdateLog } from "../../src/home/update-log.js";

/** Of any length, also of those at which a log keeps them otherwise. */
const updates = fc.array(
  fc
    .oneof(fc.nat(40), fc.constantFrom(0, 255, 256, 257, 1_023, 1_024, 1_025, 20_000))
    .chain((length) => fc.nat(255).map((byte) => new Uint8Array(length).fill(byte))),
  { maxLength: 300 },
);

describe("UpdateLog", () => {
  test("gives back what was added, in order, and what came after some of it", async () => {
    await fc.assert(
      fc.property(updates, fc.nat(300), (added, count) => {
        const log = new UpdateLog(added);
        expect([...log]).toEqual(added);
        expect(log.length).toBe(added.length);
        expect(log.bytes).toBe(added.reduce((sum, { length }) => sum + length, 0));
        expect([...log.after(count)]).toEqual(added.slice(count));
      }),
    );
  });

  test("does not look at a small update again, and does not copy a large one", () => {
    const small = Uint8Array.of(1, 2, 3);
    const large = new Uint8Array(5_000);
    const log = new UpdateLog([small, large]);
    small.fill(0);
    const [first, second] = log;
    expect(first).toEqual(Uint8Array.of(1, 2, 3));
    expect(second?.buffer).toBe(large.buffer);
  });
});
