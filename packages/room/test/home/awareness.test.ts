import { type AwarenessEntry, decodeAwareness, NULL_STATE } from "@homeroom/protocol";
import { describe, expect, it } from "vitest";
import { AwarenessRegistry, type AwarenessVerdict } from "../../src/home/awareness.js";

const entry = (client: number, clock: number, state = "{}"): AwarenessEntry => ({
  client,
  clock,
  state: new TextEncoder().encode(state),
});

/** Judges an entry and takes it where it may be taken. */
function offer(
  registry: AwarenessRegistry<string>,
  owner: string,
  each: AwarenessEntry,
): AwarenessVerdict {
  const verdict = registry.judge(owner, each);
  if (verdict === "accepted") registry.accept(owner, each);
  return verdict;
}

describe("AwarenessRegistry", () => {
  it("A2: only what is newer is accepted, or a good-bye at the same clock", () => {
    const registry = new AwarenessRegistry<string>(8);
    expect(offer(registry, "a", entry(1, 5))).toBe("accepted");
    expect(offer(registry, "a", entry(1, 5))).toBe("stale");
    expect(offer(registry, "a", entry(1, 4, "null"))).toBe("stale");
    expect(offer(registry, "a", entry(1, 5, "null"))).toBe("accepted");
    expect(offer(registry, "a", entry(1, 5, "null"))).toBe("stale");
    expect(registry.all()).toBeNull();
  });

  it("A3: owners, and A5: clocks of clients that left", () => {
    const registry = new AwarenessRegistry<string>(8);
    offer(registry, "a", entry(1, 5));
    expect(registry.ownerOf(1)).toBe("a");
    expect(offer(registry, "b", entry(1, 6))).toBe("foreign");
    expect(offer(registry, "b", entry(1, 5, "null"))).toBe("foreign");
    registry.leave("a");
    expect(registry.ownerOf(1)).toBeNull();
    expect(offer(registry, "b", entry(1, 5))).toBe("behind");
    expect(decodeAwareness(registry.stepBeyond(1))).toEqual([
      { client: 1, clock: 5, state: NULL_STATE },
    ]);
    expect(offer(registry, "b", entry(1, 6))).toBe("accepted");
    registry.leave("a");
    expect(registry.ownerOf(1)).toBe("b");
  });

  it("A7: ids are counted per owner, and given back", () => {
    const registry = new AwarenessRegistry<string>(2);
    offer(registry, "a", entry(1, 1));
    offer(registry, "a", entry(2, 1));
    expect(offer(registry, "a", entry(3, 1))).toBe("too-many");
    expect(offer(registry, "b", entry(3, 1))).toBe("accepted");
    offer(registry, "a", entry(1, 2, "null"));
    expect(offer(registry, "a", entry(4, 1))).toBe("accepted");
    expect(offer(registry, "a", entry(5, 1))).toBe("too-many");
  });

  it("A1: what changed is told once, the newest of each client", () => {
    const registry = new AwarenessRegistry<string>(8);
    for (let clock = 1; clock < 5; clock++) offer(registry, "a", entry(1, clock));
    offer(registry, "b", entry(2, 1));
    registry.leave("b");
    expect(
      decodeAwareness(registry.takeChanges()).map(({ client, clock }) => [client, clock]),
    ).toEqual([
      [1, 4],
      [2, 1],
    ]);
    expect(registry.changed).toBe(false);
  });

  it("keeps a copy of a state, not the message that it came in", () => {
    const registry = new AwarenessRegistry<string>(8);
    const message = new Uint8Array(1_000_000);
    const state = message.subarray(10, 12);
    state.set(new TextEncoder().encode("{}"));
    registry.accept("a", { client: 1, clock: 1, state });
    message.fill(0);
    expect(new TextDecoder().decode(decodeAwareness(registry.takeChanges())[0]?.state)).toBe("{}");
  });

  it("remembers no more than 1,000 clients that left, the latest", () => {
    const registry = new AwarenessRegistry<string>(2_000);
    for (let client = 0; client < 1_001; client++) offer(registry, "a", entry(client, 5));
    registry.leave("a");
    expect(registry.judge("b", entry(0, 1))).toBe("accepted");
    expect(registry.judge("b", entry(1, 1))).toBe("behind");
  });
});
