import type { Directory, NodeIncarnation, OwnerRecord } from "@homeroom/cluster";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { announcement, name, names, registered, rejection, won } from "./samples.js";

/** How the contract gets at an implementation; one per test, empty. */
export interface DirectoryHarness {
  readonly directory: Directory;
  readonly ttlMs: number;
  /** Lets so many milliseconds pass for the directory. */
  elapse(ms: number): Promise<void>;
  /** What its clock says now. */
  now(): Promise<number>;
  /** Forgets everything, as a server that is emptied does. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Registers the tests of the directory's part of `SPEC.md`, named by its numbers. */
export function directoryContract(
  implementation: string,
  open: () => Promise<DirectoryHarness>,
): void {
  describe(`${implementation} keeps the Directory contract`, () => {
    const room = name("docs/plan");
    let harness: DirectoryHarness;
    let directory: Directory;

    beforeEach(async () => {
      harness = await open();
      directory = harness.directory;
    });

    afterEach(async () => {
      await directory.close();
      await harness.close();
    });

    let processes = 0;
    /** A process of its own each time. */
    const register = async (node: string): Promise<NodeIncarnation> => {
      const process = `process-${++processes}`;
      const { incarnation } = await registered(directory, node, process);
      return { node, incarnation };
    };

    const alive = async (): Promise<string[]> =>
      (await directory.nodes()).filter((node) => node.alive).map(({ node }) => node);

    test("N1 an incarnation is higher than those before, and not lower than the clock", async () => {
      const before = await harness.now();
      const first = await register("ada");
      const second = await register("ada");
      expect(first.incarnation).toBeGreaterThanOrEqual(Math.floor(before));
      expect(second.incarnation).toBeGreaterThan(first.incarnation);
      await harness.elapse(2);
      await harness.empty();
      expect((await register("ada")).incarnation).toBeGreaterThan(second.incarnation);
    });

    test("N1 an incarnation is higher than one that the directory has lost", async () => {
      const start = async (process: string, lost: number): Promise<void> => {
        const answer = await directory.register("ada", process, lost, announcement);
        expect(answer.status === "registered" && answer.incarnation).toBeGreaterThan(lost);
      };
      const { incarnation } = await registered(directory, "ada", "one");
      await start("one", incarnation + 1_000_000);
      await start("two", incarnation + 2_000_000);
      await harness.empty();
      await start("two", incarnation + 3_000_000);
    });

    test("N2 a new incarnation supersedes the earlier one at once", async () => {
      const first = await register("ada");
      const second = await register("ada");
      expect(await directory.renew(first, "process", announcement)).toEqual({
        status: "superseded",
        by: second.incarnation,
      });
      expect(await directory.renew(second, "process", announcement)).toMatchObject({
        status: "renewed",
      });
      expect((await directory.nodes()).map(({ incarnation }) => incarnation)).toEqual([
        second.incarnation,
      ]);
    });

    test("N3 a lease lapses after one TTL, for ever", async () => {
      const ada = await register("ada");
      await harness.elapse(harness.ttlMs + 20);
      expect(await alive()).toEqual([]);
      expect(await directory.renew(ada, "process", announcement)).toEqual({ status: "lapsed" });
      expect(await directory.renew(ada, "process", announcement)).toEqual({ status: "lapsed" });
      expect(await alive()).toEqual([]);
      const unknown = { node: "grace", incarnation: 7 };
      expect(await directory.renew(unknown, "process", announcement)).toEqual({ status: "lapsed" });
    });

    test("N3 a lease that is renewed in time goes on", async () => {
      const ada = await register("ada");
      for (let quarter = 0; quarter < 6; quarter++) {
        await harness.elapse(harness.ttlMs / 4);
        expect(await directory.renew(ada, "process", announcement)).toMatchObject({
          status: "renewed",
        });
      }
      expect(await alive()).toEqual(["ada"]);
    });

    test("N4 registrations and renewals name the primary and its age", async () => {
      const { incarnation, primary } = await registered(directory, "ada", "process");
      expect(primary.id).not.toBe("");
      expect(primary.ageMs).toBeLessThan(harness.ttlMs);
      await harness.elapse(harness.ttlMs / 2);
      const renewal = await directory.renew({ node: "ada", incarnation }, "process", announcement);
      if (renewal.status !== "renewed") throw new Error(renewal.status);
      expect(renewal.primary.id).toBe(primary.id);
      expect(renewal.primary.ageMs).toBeGreaterThanOrEqual(primary.ageMs + harness.ttlMs / 2 - 1);
    });

    test("N4 one that was emptied counts as another primary", async () => {
      const { primary } = await registered(directory, "ada", "process");
      await harness.elapse(2);
      await harness.empty();
      const after = await registered(directory, "ada", "process");
      expect(after.primary.id).not.toBe(primary.id);
      expect(after.primary.ageMs).toBeLessThan(harness.ttlMs);
    });

    test("N5 a renewal replaces what the node announced", async () => {
      const ada = await register("ada");
      const later = { ...announcement, status: "draining", rooms: 0, url: "http://b" } as const;
      await directory.renew(ada, "process", later);
      const [node] = await directory.nodes();
      expect(node).toMatchObject({ ...ada, ...later, alive: true });
      expect(node?.leaseAgeMs).toBeGreaterThanOrEqual(0);
      expect(node?.leaseAgeMs).toBeLessThan(harness.ttlMs);
    });

    test("N6 resigning ends the lease of this incarnation alone", async () => {
      const first = await register("ada");
      const second = await register("ada");
      await directory.resign(first);
      expect(await alive()).toEqual(["ada"]);
      await directory.resign(second);
      expect(await alive()).toEqual([]);
      expect(await directory.renew(second, "process", announcement)).toEqual({ status: "lapsed" });
    });

    test("N7 declaring an incarnation dead ends its lease, and no other", async () => {
      const first = await register("ada");
      const second = await register("ada");
      expect(await directory.declareDead(first)).toBe(false);
      expect(await alive()).toEqual(["ada"]);
      expect(await directory.declareDead(second)).toBe(true);
      expect(await directory.declareDead(second)).toBe(false);
      expect(await directory.nodes()).toMatchObject([{ ...second, alive: false }]);
      expect(await directory.renew(second, "process", announcement)).toEqual({ status: "lapsed" });
      expect((await register("ada")).incarnation).toBeGreaterThan(second.incarnation);
      expect(await directory.declareDead({ node: "unknown", incarnation: 1 })).toBe(false);
    });

    test("N8 the listing is ordered by name and holds the dead", async () => {
      for (const node of ["grace", "ada", "constructor", "__proto__"]) await register(node);
      expect((await directory.nodes()).map(({ node }) => node)).toEqual([
        "__proto__",
        "ada",
        "constructor",
        "grace",
      ]);
      await harness.elapse(harness.ttlMs + 20);
      expect((await directory.nodes()).map((node) => node.alive)).toEqual(Array(4).fill(false));
    });

    test("N9 a process that registers twice has one incarnation, while its lease holds", async () => {
      const first = await registered(directory, "ada", "one");
      const again = await registered(directory, "ada", "one");
      expect(again.incarnation).toBe(first.incarnation);
      const other = await registered(directory, "ada", "two");
      expect(other.incarnation).toBeGreaterThan(first.incarnation);
      await directory.declareDead({ node: "ada", incarnation: other.incarnation });
      const back = await registered(directory, "ada", "two");
      expect(back.incarnation).toBeGreaterThan(other.incarnation);
      const late = { node: "ada", incarnation: other.incarnation };
      expect(await directory.renew(late, "two", announcement)).toEqual({ status: "lapsed" });
      expect(await directory.renew(late, "one", announcement)).toMatchObject({
        status: "superseded",
      });
    });

    test("N10 a request that arrives when another process has followed changes nothing", async () => {
      const first = await registered(directory, "ada", "one");
      const { incarnation } = await registered(directory, "ada", "three");
      const taken = { status: "taken", by: incarnation };
      const late = { ...announcement, url: "http://late" };
      for (const previous of [null, first.incarnation, incarnation - 1]) {
        expect(await directory.register("ada", "two", previous, late)).toEqual(taken);
      }
      const { url } = announcement;
      expect(await directory.nodes()).toMatchObject([{ incarnation, url, alive: true }]);
      const self = { node: "ada", incarnation };
      expect(await directory.renew(self, "three", announcement)).toMatchObject({
        status: "renewed",
      });
    });

    test("N10 who knows of the incarnation that lives takes its place", async () => {
      const { incarnation } = await register("ada");
      const taken = await directory.register("ada", "two", null, announcement);
      expect(taken).toEqual({ status: "taken", by: incarnation });
      const next = await directory.register("ada", "two", incarnation, announcement);
      if (next.status !== "registered") throw new Error(next.status);
      expect(next.incarnation).toBeGreaterThan(incarnation);
      expect(next.primary.id).not.toBe("");
      expect(await directory.nodes()).toMatchObject([{ incarnation: next.incarnation }]);
    });

    test("N10 of several that know of the same incarnation one takes its place", async () => {
      const { incarnation } = await register("ada");
      const answers = await Promise.all(
        ["one", "two", "three"].map((process) =>
          directory.register("ada", process, incarnation, announcement),
        ),
      );
      const [winner, ...others] = answers.filter(({ status }) => status === "registered");
      if (winner?.status !== "registered") throw new Error("nobody has registered");
      expect(others).toEqual([]);
      const lost = answers.filter((answer) => answer !== winner);
      for (const answer of lost)
        expect(answer).toEqual({ status: "taken", by: winner.incarnation });
    });

    test("N10 a lease that does not hold is replaced, whoever asks", async () => {
      let before = await register("ada");
      const ends: (() => Promise<unknown>)[] = [
        () => harness.elapse(harness.ttlMs + 20),
        () => directory.declareDead(before),
        () => directory.resign(before).then(() => harness.elapse(2)),
      ];
      for (const [index, end] of ends.entries()) {
        await end();
        const next = await directory.register("ada", `next-${index}`, null, announcement);
        if (next.status !== "registered") throw new Error(next.status);
        expect(next.incarnation).toBeGreaterThan(before.incarnation);
        before = { node: "ada", incarnation: next.incarnation };
      }
    });

    test("O1 epochs of a room rise, and are not lower than the clock", async () => {
      const before = await harness.now();
      const ada = await register("ada");
      let owner: OwnerRecord | null = null;
      expect(await directory.lookup(room)).toBeNull();
      for (let claims = 0; claims < 5; claims++) {
        const next: OwnerRecord = won(await directory.claim(room, ada, owner));
        expect(next).toEqual({ ...ada, epoch: next.epoch, state: "held" });
        expect(next.epoch).toBeGreaterThan(owner?.epoch ?? Math.floor(before) - 1);
        expect(await directory.lookup(room)).toEqual(next);
        owner = next;
      }
    });

    test("O2 of several claims one wins, and the others are told who", async () => {
      const nodes = await Promise.all(["ada", "grace", "edsger"].map(register));
      const outcomes = await Promise.all(nodes.map((node) => directory.claim(room, node, null)));
      const winners = outcomes.filter(({ claimed }) => claimed);
      expect(winners.length).toBe(1);
      for (const { owner } of outcomes) expect(owner).toEqual(winners[0]?.owner);
    });

    test("O4 a claim that succeeds what the directory has lost", async () => {
      const [ada, grace] = [await register("ada"), await register("grace")];
      const first = won(await directory.claim(room, ada, null));
      const lost = { ...first, epoch: first.epoch + 1_000_000 };
      const next = won(await directory.claim(room, grace, lost));
      expect(next.epoch).toBeGreaterThan(lost.epoch);
      await harness.empty();
      expect(won(await directory.claim(room, ada, next)).epoch).toBeGreaterThan(next.epoch);
    });

    test("O5 a home puts back what was lost, under the same epoch", async () => {
      const first = await register("ada");
      const older = won(await directory.claim(room, first, null));
      const owner = won(await directory.claim(room, first, older));
      await harness.empty();
      expect(await directory.reassert(room, owner)).toEqual({ claimed: true, owner });
      expect(await directory.lookup(room)).toEqual(owner);
      const again = { ...owner, ...(await register("ada")) };
      expect(await directory.reassert(room, again)).toEqual({ claimed: true, owner: again });
      expect(await directory.lookup(room)).toEqual(again);
      await harness.empty();
      await directory.reassert(room, older);
      expect(await directory.reassert(room, again)).toEqual({ claimed: true, owner: again });
    });

    test("O6 a home does not take back what was claimed since", async () => {
      const [ada, grace] = [await register("ada"), await register("grace")];
      const first = won(await directory.claim(room, ada, null));
      const second = won(await directory.claim(room, grace, first));
      expect(await directory.reassert(room, first)).toEqual({ claimed: false, owner: second });
      expect(await directory.lookup(room)).toEqual(second);
    });

    test("O6 once reasserted, a claim is not succeeded as it was before", async () => {
      const [ada, grace] = [await register("ada"), await register("grace")];
      const before = won(await directory.claim(room, ada, null));
      const reasserted = { ...before, ...(await register("ada")) };
      await directory.reassert(room, reasserted);
      const late = await directory.claim(room, grace, before);
      expect(late).toEqual({ claimed: false, owner: reasserted });
      expect((await directory.claim(room, grace, reasserted)).claimed).toBe(true);
    });

    test("O7 a released room remembers its last home, and can be claimed from it", async () => {
      const [ada, grace] = [await register("ada"), await register("grace")];
      const owner = won(await directory.claim(room, ada, null));
      expect(await directory.release(room, owner)).toBe(true);
      expect(await directory.release(room, owner)).toBe(false);
      const released = await directory.lookup(room);
      expect(released).toEqual({ ...owner, state: "released" });
      const next = won(await directory.claim(room, grace, released));
      expect(next.epoch).toBeGreaterThan(owner.epoch);
      expect(await directory.release(room, owner)).toBe(false);
      expect(await directory.lookup(room)).toEqual(next);
    });

    test("O8 many rooms are looked up in order, whatever their names", async () => {
      const ada = await register("ada");
      const owners: OwnerRecord[] = [];
      for (const each of names) owners.push(won(await directory.claim(each, ada, null)));
      const asked = [...names, name("unclaimed"), ...names].reverse();
      expect(await directory.lookupAll(asked)).toEqual([...owners, null, ...owners].reverse());
      expect(await directory.lookupAll([])).toEqual([]);
    });

    test("a closed directory says so", async () => {
      const ada = await register("ada");
      await directory.close();
      await directory.close();
      for (const call of [
        directory.register("ada", "process", null, announcement),
        directory.renew(ada, "process", announcement),
        directory.resign(ada),
        directory.declareDead(ada),
        directory.nodes(),
        directory.lookup(room),
        directory.lookupAll([room]),
        directory.claim(room, ada, null),
        directory.reassert(room, { ...ada, epoch: 1, state: "held" }),
        directory.release(room, { ...ada, epoch: 1, state: "held" }),
      ]) {
        expect(await rejection(call)).toMatchObject({ name: "ClusterError", code: "CLOSED" });
      }
    });
  });
}
