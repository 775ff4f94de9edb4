import { afterEach, expect, test, vi } from "vitest";
import { Random, seededRandom } from "../src/index.js";

afterEach(() => vi.unstubAllEnvs());

const draw = (random: Random) => Array.from({ length: 20 }, () => random.integer(-3, 3));

test("a seed repeats its stream, and another seed does not", () => {
  expect(draw(new Random(5))).toEqual(draw(new Random(5)));
  expect(draw(new Random(5))).not.toEqual(draw(new Random(6)));
});

test("integers reach both of their bounds", () => {
  const random = new Random(1);
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(2, 4)));
  expect([...seen].sort((a, b) => a - b)).toEqual([2, 3, 4]);
});

test("a fork draws without changing what its parent draws next", () => {
  const [one, two] = [new Random(9), new Random(9)];
  one.fork().bytes(100);
  two.fork();
  expect(draw(one)).toEqual(draw(two));
});

test("HOMEROOM_SEED repeats a run, and a wrong one is refused", () => {
  vi.stubEnv("HOMEROOM_SEED", "1234");
  expect(seededRandom("test").seed).toBe(1234);
  vi.stubEnv("HOMEROOM_SEED", "0x12");
  expect(() => seededRandom("test")).toThrow('HOMEROOM_SEED must be a whole number, not "0x12"');
});
