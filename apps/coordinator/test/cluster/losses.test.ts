import { eventually } from "@homeroom/testkit";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { ClusterLab, roomName, TTL_MS, textOf, Visitor } from "./lab.js";

const room = roomName("docs/plan");

describe("losses", () => {
  it("CO9: a node that was declared dead comes back with its rooms, under the same epochs", async () => {
    const lab = new ClusterLab();
    const a = await lab.start("a");
    const visitor = new Visitor(a, room);
    await visitor.save("before ");
    const { incarnation } = a.coordinator.membership;
    await lab.declareDead(a);
    await eventually(() => {
      const now = a.coordinator.membership.incarnation;
      return now !== null && now !== incarnation && !a.coordinator.verifying;
    });
    await visitor.save("after");
    expect(visitor.moves).toEqual([]);
    expect(a.coordinator.membership.claims.homeOf(room)?.epoch).toBe(visitor.epochs[0]);
    expect(lab.stored(room)).toBe("before after");
  });

  it("CO10: a room that was claimed meanwhile is let go, and its new home is given what it lacks", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    const visitor = new Visitor(a, room);
    await visitor.save("durable ");
    // The journal's way is cut first, so that what is written now is in one place alone.
    lab.primary.fault = (operation) => (operation === "append" ? "before" : null);
    visitor.write("and not");
    await eventually(() => a.coordinator.host.journalFailure !== null);
    await lab.declareDead(a);
    new Visitor(b, room);
    await eventually(() => b.coordinator.host.get(room)?.state === "resting");
    lab.heal();
    await eventually(() => visitor.moves.length > 0);
    await eventually(() => lab.stored(room) === "durable and not");
    const state = await lab.client.read({ node: "b", url: b.url }, room);
    expect(textOf(state ? [state] : [])).toBe("durable and not");
    expect(a.coordinator.host.get(room)).toBeNull();
    expect(a.coordinator.membership.claims.homeOf(room)).toBeNull();
  });

  it("CO11: an emptied directory and store get back what this node knows, and nothing moves", async () => {
    const lab = new ClusterLab();
    const [a, b] = [await lab.start("a"), await lab.start("b")];
    const visitor = new Visitor(a, room);
    await visitor.save("everything ");
    lab.replacePrimary(null);
    await eventually(() => lab.stored(room) === "everything ", { within: 10_000 });
    await visitor.save("and more");
    expect(visitor.moves).toEqual([]);
    await eventually(() => b.coordinator.membership.claimsWaitMs === 0);
    const elsewhere = new Visitor(b, room);
    await eventually(() => elsewhere.moves[0]?.node === "a");
  });

  it("CO11: one from an older copy is completed", async () => {
    const lab = new ClusterLab();
    const a = await lab.start("a");
    const visitor = new Visitor(a, room);
    await visitor.save("old ");
    const old = lab.primary.copy();
    await visitor.save("new");
    lab.replacePrimary(old);
    await eventually(() => lab.stored(room) === "old new", { within: 10_000 });
    expect(visitor.moves).toEqual([]);
  });

  it("CO19: a store that lost rooms which nobody has open is given them from disk", async () => {
    const lab = new ClusterLab();
    const closing = { roomLimits: { closeAfterMs: 100, restAfterMs: 100 } };
    const [a, b] = [await lab.start("a", closing), await lab.start("b", closing)];
    const [first, second] = [new Visitor(a, room), new Visitor(b, roomName("other"))];
    await Promise.all([first.save("kept "), second.save("this too")]);
    const old = lab.primary.copy();
    await first.save("and more");
    for (const visitor of [first, second]) visitor.leave();
    const loads = () => [a, b].map(({ coordinator }) => coordinator.host.load.rooms);
    await eventually(() => loads().every((rooms) => rooms === 0));
    lab.replacePrimary(null);
    await eventually(() => lab.stored(room) === "kept and more", { within: 15_000 });
    await eventually(() => lab.stored(roomName("other")) === "this too", { within: 15_000 });
    await eventually(() => !a.coordinator.restoring && !b.coordinator.restoring);
    lab.replacePrimary(old);
    await eventually(() => lab.stored(room) === "kept and more", { within: 15_000 });
  });

  it("CO19: also what was lost while this node was not running", async () => {
    const lab = new ClusterLab();
    const first = await lab.start("a");
    await new Visitor(first, room).save("on disk alone");
    await first.stop();
    lab.primary.flush();
    lab.primary.data.noticed = { process: 1, at: Date.now() - 60_000 };
    await lab.start("a", {}, first.directory);
    await eventually(() => lab.stored(room) === "on disk alone");
  });

  it("CO19: where such a room has another home already, that one is given what the disk holds", async () => {
    const lab = new ClusterLab();
    const closing = { roomLimits: { closeAfterMs: 100, restAfterMs: 100 } };
    const [a, b] = [await lab.start("a", closing), await lab.start("b")];
    const visitor = new Visitor(a, room);
    await visitor.save("old ");
    visitor.leave();
    await eventually(() => a.coordinator.host.load.rooms === 0);
    // The room alone is lost, and opened elsewhere before anybody notices.
    for (const lost of [lab.primary.data.rooms, lab.primary.data.owners]) lost.delete(room);
    const next = new Visitor(b, room);
    await next.save("new");
    a.coordinator.primaryChanged();
    await eventually(() => /^(old new|newold )$/.test(lab.stored(room)), { within: 15_000 });
    expect(next.moves).toEqual([]);
  });

  it("CO12: while the directory is away edits go on, are not acknowledged, and are afterwards", async () => {
    const lab = new ClusterLab();
    const a = await lab.start("a");
    const [one, two] = [new Visitor(a, room), new Visitor(a, room)];
    await one.save("before ");
    lab.cutRedis();
    await eventually(() => a.coordinator.membership.incarnation === null, { within: 5 * TTL_MS });
    const number = one.write("meanwhile");
    await eventually(() => two.doc.getText("text").toString() === "before meanwhile");
    expect(one.settledUpTo).toBeLessThan(number);
    lab.heal();
    await eventually(() => one.settledUpTo === number, { within: 10_000 });
    expect(lab.stored(room)).toBe("before meanwhile");
    expect(one.moves).toEqual([]);
  });

  it("CO13: told to freeze, a home takes no edits while it is not sure to be alone", async () => {
    const lab = new ClusterLab();
    const a = await lab.start("a", { onLeaseLoss: "freeze" });
    const [one, two] = [new Visitor(a, room), new Visitor(a, room)];
    await one.save("before ");
    await eventually(() => two.doc.getText("text").toString() === "before ");
    lab.cutRedis();
    await eventually(() => a.coordinator.membership.incarnation === null, { within: 5 * TTL_MS });
    const number = one.write("meanwhile");
    const position = a.coordinator.host.get(room)?.position;
    await eventually(() => a.coordinator.membership.lease === "lost");
    expect(a.coordinator.host.get(room)?.position).toBe(position);
    expect(two.doc.getText("text").toString()).toBe("before ");
    lab.heal();
    await eventually(() => one.settledUpTo === number, { within: 10_000 });
    expect(lab.stored(room)).toBe("before meanwhile");
  });

  it("CO14: another process under the same name makes this one end", async () => {
    const lab = new ClusterLab();
    const first = await lab.start("a");
    const visitor = new Visitor(first, room);
    await visitor.save("x");
    await lab.start("a");
    expect(String(await first.coordinator.membership.superseded)).toContain("--node-id");
    const edit = new Y.Doc();
    edit.getText("text").insert(0, "y");
    const written = first.coordinator.host.write(room, Y.encodeStateAsUpdate(edit));
    const outcome = await Promise.race([
      written.then(() => "taken"),
      eventually(() => !first.coordinator.membership.takesEdits(room)).then(() => "withheld"),
    ]);
    expect(outcome).toBe("withheld");
    written.catch(() => undefined);
  });
});
