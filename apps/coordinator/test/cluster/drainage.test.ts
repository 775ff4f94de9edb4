import { eventually } from "@homeroom/testkit";
import { describe, expect, it } from "vitest";
import { defaultClusterLimits } from "../../src/index.js";
import { ClusterLab, roomName, Visitor } from "./lab.js";

const names = (count: number) => Array.from({ length: count }, (_, i) => roomName(`room ${i}`));

describe("draining", () => {
  it("CO6: a draining node gives every room away, those that come meanwhile too", async () => {
    const lab = new ClusterLab();
    const [a, b, c] = [await lab.start("a"), await lab.start("b"), await lab.start("c")];
    const visitors = names(40).map((room) => new Visitor(a, room));
    await Promise.all(visitors.map((visitor) => visitor.save("x")));
    await lab.client.drain({ node: "a", url: a.url });
    await eventually(() => a.coordinator.host.load.rooms === 0);
    for (const { moves } of visitors) expect([b.id, c.id]).toContain(moves[0]?.node);
    const targets = new Set(visitors.map(({ moves }) => moves[0]?.node));
    expect(targets.size).toBe(2);
    await eventually(async () => (await lab.record("a"))?.status === "draining");
    const late = new Visitor(a, roomName("late"));
    await eventually(() => late.moves.length === 1);
    await lab.client.resume({ node: "a", url: a.url });
    await eventually(async () => (await lab.record("a"))?.status === "active");
    const staying = new Visitor(a, roomName("staying"));
    await staying.save("x");
    expect(staying.moves).toEqual([]);
  });

  it("CO7: closing drains first, and ends the lease at once", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    const visitors = names(10).map((room) => new Visitor(a, room));
    await Promise.all(visitors.map((visitor) => visitor.save("x")));
    await a.close(5_000);
    for (const { moves } of visitors) expect(moves[0]?.node).toBe(b.id);
    expect((await lab.record("a"))?.alive ?? false).toBe(false);
  });

  it("CO7: where no other node takes rooms, closing does not wait", async () => {
    const lab = new ClusterLab();
    const a = await lab.start("a");
    const visitor = new Visitor(a, roomName("alone"));
    await visitor.save("durable ");
    visitor.write("all the same");
    const started = performance.now();
    await a.close(20_000);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(visitor.moves).toEqual([]);
    expect(lab.stored(roomName("alone"))).toBe("durable all the same");
  });

  it("CO8: a node that joins is given rooms, no more than the budget allows", async () => {
    const lab = new ClusterLab();
    const a = await lab.start("a", {
      rebalancePerMinute: 120,
      limits: { ...defaultClusterLimits, rebalanceBurst: 2 },
    });
    const visitors = names(12).map((room) => new Visitor(a, room));
    await Promise.all(visitors.map((visitor) => visitor.save("x")));
    const started = performance.now();
    await lab.start("b");
    const moved = (): number => visitors.filter(({ moves }) => moves.length > 0).length;
    await eventually(() => moved() >= 4, { within: 10_000 });
    // Two at once, and then two a second: four do not move in less than a second.
    expect(performance.now() - started).toBeGreaterThan(990);
    for (const { moves } of visitors) expect(moves.map((to) => to?.node).join()).toMatch(/^b?$/);
  });
});
