import { describe, expect, it } from "vitest";
import { Acknowledgements } from "../../src/replay/acknowledgements.js";

function recorded() {
  const latencies: number[] = [];
  const acks = new Acknowledgements((latency) => latencies.push(latency));
  return { acks, latencies };
}

describe("CL12: what is durable", () => {
  it("takes an edit for durable once its message is counted", () => {
    const { acks, latencies } = recorded();
    acks.connected();
    acks.sent("step2");
    for (const at of [10, 20, 30]) {
      acks.typed(at);
      acks.sent("update");
    }
    acks.settled(1, 31);
    expect(acks.outstanding).toBe(3);
    acks.settled(3, 40);
    expect(latencies).toEqual([30, 20]);
    expect(acks.outstanding).toBe(1);
    acks.settled(3, 50);
    expect(acks.outstanding).toBe(1);
    acks.settled(4, 60);
    expect(latencies).toEqual([30, 20, 30]);
  });

  it("lets a SyncStep2 carry what was typed while nobody listened", () => {
    const { acks, latencies } = recorded();
    acks.typed(1);
    acks.typed(2);
    acks.connected();
    acks.settled(5, 5);
    expect(acks.outstanding).toBe(2);
    acks.sent("step2");
    acks.settled(1, 6);
    expect(latencies).toEqual([5, 4]);
  });

  it("forgets the old connection's count, not its edits", () => {
    const { acks, latencies } = recorded();
    acks.connected();
    acks.typed(1);
    acks.sent("update");
    acks.typed(2);
    acks.sent("update");
    acks.settled(1, 3);
    acks.connected();
    // Typed after the connection was made and before the server asked for the rest.
    acks.typed(4);
    acks.sent("update");
    acks.settled(1, 5);
    expect(acks.outstanding).toBe(2);
    acks.sent("step2");
    acks.settled(2, 6);
    expect(acks.outstanding).toBe(0);
    expect(latencies).toEqual([2, 4, 2]);
  });
});
