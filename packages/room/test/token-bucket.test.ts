import { describe, expect, it } from "vitest";
import { TokenBucket } from "../src/token-bucket.js";

/** How many it lets through at once. */
function burst(bucket: TokenBucket, now: number, cost = 1): number {
  let count = 0;
  while (bucket.take(cost, now)) count++;
  return count;
}

describe("TokenBucket", () => {
  it("C9: lets through its capacity at once, and then its rate", () => {
    const bucket = new TokenBucket(10, 25, 0);
    expect(burst(bucket, 0)).toBe(25);
    expect(burst(bucket, 99)).toBe(0);
    expect(burst(bucket, 1_000)).toBe(10);
    expect(burst(bucket, 1_500)).toBe(5);
  });

  it("C9: never more than its capacity, however long nothing came", () => {
    const bucket = new TokenBucket(10, 25, 0);
    bucket.take(1, 0);
    expect(burst(bucket, 1_000_000)).toBe(25);
  });

  it("C9: over a long time no more than the rate and one burst", () => {
    const bucket = new TokenBucket(10, 25, 0);
    let count = 0;
    for (let now = 0; now <= 60_000; now += 7) count += burst(bucket, now);
    expect(count).toBeLessThanOrEqual(10 * 60 + 25);
    expect(count).toBeGreaterThanOrEqual(10 * 60);
  });

  it("C9: a costly message takes as much as many", () => {
    const bucket = new TokenBucket(10, 25, 0);
    expect(burst(bucket, 0, 10)).toBe(2);
    expect(burst(bucket, 0)).toBe(5);
  });
});
