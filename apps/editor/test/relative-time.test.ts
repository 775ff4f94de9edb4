import { describe, expect, it } from "vitest";
import { relativeTime } from "../src/home/recent/relative-time.js";

describe("relative time", () => {
  const ago = (ms: number): string => relativeTime(1_700_000_000_000 - ms, 1_700_000_000_000, "en");

  it("is said in the largest unit that has passed", () => {
    expect(ago(0)).toBe("now");
    expect(ago(-5000)).toBe("now");
    expect(ago(59_999)).toBe("now");
    expect(ago(60_000)).toBe("1 minute ago");
    expect(ago(3 * 3_600_000)).toBe("3 hours ago");
    expect(ago(86_400_000)).toBe("yesterday");
    expect(ago(15 * 86_400_000)).toBe("2 weeks ago");
  });
});
