import { Health } from "@homeroom/observability";
import { type Clock, systemClock } from "@homeroom/room";
import { describe, expect, it } from "vitest";

/** A clock whose timers ring when a test says so. */
function manualClock() {
  const waiting = new Map<object, () => void>();
  const clock: Clock = {
    ...systemClock,
    after(_ms, task) {
      const timer = { cancel: () => void waiting.delete(timer) };
      waiting.set(timer, task);
      return timer;
    },
  };
  return { clock, waiting, ring: () => waiting.forEach((task) => void task()) };
}

describe("OB8: readiness", () => {
  it("is there when every part is", async () => {
    const health = new Health(systemClock);
    health.add("journal", () => ({ ok: true }));
    health.add("store", async () => ({ ok: true, detail: "3 rooms" }));
    expect(await health.readiness()).toEqual({
      ready: true,
      checks: [
        { name: "journal", ok: true },
        { name: "store", ok: true, detail: "3 rooms" },
      ],
    });
  });

  it("names the part that is not, and the one that throws", async () => {
    const health = new Health(systemClock);
    health.add("journal", () => ({ ok: false, detail: "no space" }));
    health.add("redis", () => {
      throw new Error("refused");
    });
    health.add("store", () => ({ ok: true }));
    expect(await health.readiness()).toEqual({
      ready: false,
      checks: [
        { name: "journal", ok: false, detail: "no space" },
        { name: "redis", ok: false, detail: "refused" },
        { name: "store", ok: true },
      ],
    });
  });

  it("is there without a part that is not essential, which is named all the same", async () => {
    const health = new Health(systemClock);
    health.addInessential("redis", () => ({ ok: false, detail: "away" }));
    health.add("coordinators", () => ({ ok: true }));
    expect(await health.readiness()).toEqual({
      ready: true,
      checks: [
        { name: "redis", ok: false, detail: "away" },
        { name: "coordinators", ok: true },
      ],
    });
    health.add("journal", () => ({ ok: false }));
    expect(await health.readiness()).toHaveProperty("ready", false);
  });

  it("does not wait for a part that hangs, and leaves no timer", async () => {
    const { clock, waiting, ring } = manualClock();
    const health = new Health(clock);
    health.add("redis", () => new Promise(() => undefined));
    health.add("store", () => ({ ok: true }));
    const asked = health.readiness();
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting.size).toBe(1);
    ring();
    expect(await asked).toMatchObject({
      ready: false,
      checks: [
        { name: "redis", ok: false, detail: "no answer within 2000 ms" },
        { name: "store", ok: true },
      ],
    });
  });
});
