import type { NodeClient } from "@homeroom/cluster";
import { systemClock } from "@homeroom/room";
import { eventually } from "@homeroom/testkit";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { defaultClusterLimits } from "../../src/cluster/limits.js";
import { Moves } from "../../src/cluster/moves.js";
import { ClusterLab, roomName, silent, type TestNode, textOf, Visitor } from "./lab.js";

const room = roomName("docs/plan");

/** Moves of a node whose targets prepare themselves as the test says. */
function movesOf({ id, coordinator }: TestNode, prepare: NodeClient["prepare"]): Moves {
  const { host, membership } = coordinator;
  return new Moves({
    ...{ node: id, host, claims: membership.claims, nodes: membership.nodes },
    ...{ peers: { prepare }, failpoint: () => undefined },
    ...{ clock: systemClock, logger: silent, limits: defaultClusterLimits },
  });
}

describe("moves", () => {
  it("CO1: a room moves with all that it holds; whoever is there is told where, and up to what", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    const visitor = new Visitor(a, room);
    await visitor.save("saved ");
    visitor.write("under way");
    const moved = await lab.client.move({ node: "a", url: a.url }, room, "b");
    expect(moved).toMatchObject({ from: "a", to: "b" });
    expect(moved.epoch).toBeGreaterThan(visitor.epochs[0] ?? Infinity);
    expect(visitor.moves).toEqual([{ node: "b", url: b.url, epoch: moved.epoch }]);
    expect(visitor.settledUpTo).toBe(2);
    const vector = Buffer.from(Y.encodeStateVector(visitor.doc));
    expect(Buffer.from(visitor.upTo ?? []).subarray(-vector.length)).toEqual(vector);
    const [here, there] = await Promise.all(
      [a, b].map(({ id, url }) => lab.client.rooms({ node: id, url }, [room])),
    );
    expect([here, there]).toEqual([[null], [null]]);
    const next = new Visitor(b, room);
    await next.save("!");
    expect(lab.stored(room)).toContain("saved under way");
    const state = await lab.client.read({ node: "b", url: b.url }, room);
    expect(textOf(state ? [state] : [])).toHaveLength("saved under way!".length);
  });

  it("CO1: a room that has just been moved can be moved on before anybody has followed", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    await new Visitor(a, room).save("text");
    const there = await lab.client.move({ node: "a", url: a.url }, room, "b");
    const back = await lab.client.move({ node: "b", url: b.url }, room, "a");
    expect(back).toMatchObject({ from: "b", to: "a" });
    expect(back.epoch).toBeGreaterThan(there.epoch);
    await new Visitor(a, room).save("!");
    expect(lab.stored(room)).toHaveLength("text!".length);
  });

  it("CO2: the target has read the room before anybody has to wait for it", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    const visitor = new Visitor(a, room);
    await visitor.save("text");
    const asked: string[] = [];
    lab.primary.fault = (operation) => {
      asked.push(operation);
      return null;
    };
    await lab.client.move({ node: "a", url: a.url }, room, "b");
    expect(asked.filter((operation) => operation === "open")).toHaveLength(1);
    new Visitor(b, room);
    await eventually(() => b.coordinator.host.get(room)?.state === "live");
    expect(asked.filter((operation) => operation === "open")).toHaveLength(1);
  });

  it("CO3: a move to a node that cannot take it is refused, and the room goes on", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    const visitor = new Visitor(a, room);
    await visitor.save("one ");
    const to = (node: string) => lab.client.move({ node: "a", url: a.url }, room, node);
    await expect(to("c")).rejects.toMatchObject({ code: "UNKNOWN_NODE" });
    b.coordinator.drainage.begin();
    await eventually(async () => (await lab.record("b"))?.status === "draining");
    await eventually(async () => {
      await a.coordinator.membership.nodes.refresh();
      return true;
    });
    await expect(to("b")).rejects.toMatchObject({ code: "CONFLICT" });
    b.coordinator.drainage.resume();
    await eventually(async () => (await lab.record("b"))?.status === "active");
    await a.coordinator.membership.nodes.refresh();
    lab.primary.fault = (operation) => (operation === "claim" ? "before" : null);
    await expect(to("b")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    lab.heal();
    await visitor.save("two");
    expect(visitor.moves).toEqual([]);
    expect(lab.stored(room)).toBe("one two");
    expect(await to("a")).toMatchObject({ from: "a", to: "a", pausedMs: 0 });
  });

  it("CO4: whoever asks the wrong node to move a room is told where it is", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    await new Visitor(a, room).save("x");
    const asked = lab.client.move({ node: "b", url: b.url }, room, "b");
    await expect(asked).rejects.toMatchObject({ name: "ElsewhereError", owner: { node: "a" } });
    const nowhere = lab.client.move({ node: "b", url: b.url }, roomName("nowhere"), "a");
    await expect(nowhere).rejects.toMatchObject({ code: "NO_HOME" });
  });

  it("CO5: a move whose answer was lost has taken place, and the room is not split", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    const visitor = new Visitor(a, room);
    await visitor.save("text");
    lab.primary.fault = (operation) => (operation === "claim" ? "after" : null);
    const moved = await lab.client.move({ node: "a", url: a.url }, room, "b");
    lab.heal();
    expect(visitor.moves).toEqual([{ node: "b", url: b.url, epoch: moved.epoch }]);
  });

  it("CO20: of two moves asked for at once the later one is told where the earlier one went", async () => {
    const lab = new ClusterLab();
    const [a, b, c] = [await lab.start("a"), await lab.start("b"), await lab.start("c")];
    const [visitor, beside] = [new Visitor(a, room), roomName("beside")];
    await Promise.all([visitor.save("text"), new Visitor(a, beside).save("x")]);
    let ready = (): void => undefined;
    const prepared = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const asked: string[] = [];
    const moves = movesOf(a, async ({ node }, name) => {
      asked.push(`${name} to ${node}`);
      await prepared;
    });
    // As the rebalancer does, beside an operator.
    const evened = moves.move(room, "b");
    const ordered = moves.move(room, "c");
    const told = expect(ordered).rejects.toMatchObject({
      name: "ElsewhereError",
      owner: { node: "b", url: b.url },
    });
    // Another room does not wait.
    const aside = moves.move(beside, "c");
    await eventually(() => asked.includes("beside to c"));
    expect(asked).toEqual(["docs/plan to b", "beside to c"]);
    ready();
    const moved = await evened;
    expect(await aside).toMatchObject({ from: "a", to: "c" });
    await told;
    expect(visitor.moves).toEqual([{ node: "b", url: b.url, epoch: moved.epoch }]);
    const followed = await lab.client.move({ node: "b", url: b.url }, room, "c");
    expect(followed).toMatchObject({ from: "b", to: "c" });
    await new Visitor(c, room).save("!");
    expect(lab.stored(room)).toHaveLength("text!".length);
  });

  it("CO20: whoever asks for a move that is under way finds the room where it wanted it", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    await new Visitor(a, room).save("text");
    const at = { node: "a", url: a.url };
    const asked = Array.from({ length: 4 }, () => lab.client.move(at, room, "b"));
    const outcomes = await Promise.allSettled(asked);
    const made = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? [outcome.value] : [],
    );
    expect(made).toMatchObject([{ from: "a", to: "b" }]);
    const told = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason] : [],
    );
    const elsewhere = { name: "ElsewhereError", owner: { node: "b", url: b.url } };
    expect(told).toMatchObject([elsewhere, elsewhere, elsewhere]);
    const there = await lab.client.move({ node: "b", url: b.url }, room, "b");
    expect(there).toMatchObject({ from: "b", to: "b", pausedMs: 0 });
  });

  it("CO4: a room that another node claims while it is to move is said to be there", async () => {
    const lab = new ClusterLab();
    const [a, b, c] = [await lab.start("a"), await lab.start("b"), await lab.start("c")];
    await new Visitor(a, room).save("text");
    const { claims } = a.coordinator.membership;
    const moves = movesOf(a, async () => {
      await lab.declareDead(a);
      await c.coordinator.membership.nodes.refresh();
      await c.coordinator.membership.claims.claim(room);
      await eventually(() => claims.homeOf(room) === null);
    });
    await expect(moves.move(room, "b")).rejects.toMatchObject({
      name: "ElsewhereError",
      owner: { node: "c", url: c.url },
    });
    expect(b.coordinator.membership.claims.homeOf(room)).toBeNull();
  });

  it("CO4: a room that is given up while it is to move is said to be nowhere", async () => {
    const lab = new ClusterLab();
    const [a] = [await lab.start("a"), await lab.start("b")];
    const { claims } = a.coordinator.membership;
    await claims.claim(room);
    const moves = movesOf(a, () => claims.release(room));
    await expect(moves.move(room, "b")).rejects.toMatchObject({ code: "NO_HOME" });
  });
});
