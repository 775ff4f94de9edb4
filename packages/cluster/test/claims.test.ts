import { ElsewhereError, StoreError } from "@homeroom/room";
import { beforeEach, describe, expect, test } from "vitest";
import { announcement, name, registered, rejection } from "../contract/samples.js";
import {
  ClaimGate,
  Claims,
  type ClusterError,
  MemoryDirectory,
  MemoryPrimary,
  type NodeIncarnation,
  NodeList,
  type NodeRecord,
} from "../src/index.js";
import { ManualClock } from "./manual-clock.js";
import { silent } from "./silent.js";

const ttlMs = 5_000;
const room = name("docs/plan");

/** One node's part of a cluster, without a keeper: the test registers and renews. */
interface TestNode {
  self: NodeIncarnation | null;
  readonly claims: Claims;
  readonly gate: ClaimGate;
  register(): Promise<void>;
}

let clock: ManualClock;
let primary: MemoryPrimary;
let directory: MemoryDirectory;
let ada: TestNode;
let grace: TestNode;

let processes = 0;

const newNode = async (node: string): Promise<TestNode> => {
  const gate = new ClaimGate(ttlMs, clock, () => {});
  const created: TestNode = {
    self: null,
    gate,
    claims: new Claims({
      directory,
      nodes: new NodeList(directory, clock, ttlMs / 4),
      gate,
      self: () => created.self,
      logger: silent,
    }),
    register: async () => {
      const process = `process-${++processes}`;
      const url = `http://${node}`;
      const registration = await registered(directory, node, process, { ...announcement, url });
      gate.observe(registration.primary);
      created.self = { node, incarnation: registration.incarnation };
    },
  };
  await created.register();
  return created;
};

const nodeRecord = async ({ self }: TestNode): Promise<NodeRecord> => {
  const found = (await directory.nodes()).find(({ node }) => node === self?.node);
  if (!found) throw new Error("no such node");
  return found;
};

beforeEach(async () => {
  clock = new ManualClock();
  primary = new MemoryPrimary(clock);
  directory = new MemoryDirectory(primary, ttlMs);
  primary.notice();
  clock.jump(ttlMs);
  ada = await newNode("ada");
  grace = await newNode("grace");
});

describe("claiming", () => {
  test("C1 a room without a home is claimed", async () => {
    const home = await ada.claims.claim(room);
    expect(home).toMatchObject({ node: "ada" });
    expect(ada.claims.homeOf(room)).toEqual(home);
    expect(await directory.lookup(room)).toMatchObject({ node: "ada", state: "held" });
  });

  test("C1 a room that lives elsewhere is not, and the answer names its home", async () => {
    const { epoch } = await ada.claims.claim(room);
    const error = await rejection(grace.claims.claim(room));
    expect(error).toBeInstanceOf(ElsewhereError);
    expect(error).toMatchObject({ owner: { node: "ada", url: "http://ada", epoch } });
    expect(grace.claims.homeOf(room)).toBeNull();
  });

  test("C1 a room whose home has died is claimed under a higher epoch", async () => {
    const { epoch } = await ada.claims.claim(room);
    clock.jump(ttlMs);
    await grace.register();
    expect((await grace.claims.claim(room)).epoch).toBeGreaterThan(epoch);
  });

  test("C1 a home that has died since the nodes were listed refuses nobody", async () => {
    await grace.claims.claim(name("so that the list is read"));
    await ada.claims.claim(room);
    await directory.declareDead(ada.self as NodeIncarnation);
    expect(await grace.claims.claim(room)).toMatchObject({ node: "grace" });
  });

  test("C1 a room whose home runs under a new incarnation is claimed from the old one", async () => {
    await ada.claims.claim(room);
    await ada.register();
    expect(await grace.claims.claim(room)).toMatchObject({ node: "grace" });
  });

  test("C1 a home newer than the list of nodes is asked about, not claimed from", async () => {
    await grace.claims.claim(name("so that the list is read"));
    const edsger = await newNode("edsger");
    await edsger.claims.claim(room);
    expect(await rejection(grace.claims.claim(room))).toBeInstanceOf(ElsewhereError);
  });

  test("C1 a home that the directory has forgotten altogether is claimed from", async () => {
    await ada.claims.claim(room);
    if (ada.self) await directory.resign(ada.self);
    expect(await grace.claims.claim(room)).toMatchObject({ node: "grace" });
  });

  test("C1 the loser of a race is told who won", async () => {
    const results = await Promise.allSettled([ada.claims.claim(room), grace.claims.claim(room)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = results.find(({ status }) => status === "rejected") as PromiseRejectedResult;
    expect(lost.reason).toBeInstanceOf(ElsewhereError);
  });

  test("C2 an answer that was lost is no obstacle", async () => {
    primary.fault = (operation) => (operation === "claim" ? "after" : null);
    expect(await rejection(ada.claims.claim(room))).toMatchObject({ code: "UNAVAILABLE" });
    primary.fault = () => null;
    const taken = await directory.lookup(room);
    expect(taken).toMatchObject({ node: "ada" });
    const { epoch } = await ada.claims.claim(room);
    expect(epoch).toBeGreaterThan(taken?.epoch ?? 0);
  });

  test("C2 a release that arrives late does not find the claim made after it", async () => {
    await ada.claims.claim(room);
    const release = directory.release.bind(directory);
    let arrive: () => Promise<boolean> = () => Promise.resolve(false);
    directory.release = (target, owner) => {
      arrive = () => release(target, owner);
      return Promise.reject(new Error("no answer in time"));
    };
    await ada.claims.release(room);
    await ada.claims.claim(room);
    expect(await arrive()).toBe(false);
    expect(await directory.lookup(room)).toMatchObject({ node: "ada", state: "held" });
  });

  test("C2 a claim that was answered to an earlier incarnation is made again", async () => {
    const claim = directory.claim.bind(directory);
    directory.claim = async (...args) => {
      directory.claim = claim;
      const outcome = await claim(...args);
      await ada.register();
      return outcome;
    };
    await ada.claims.claim(room);
    expect(ada.claims.held.get(room)).toMatchObject(ada.self ?? {});
    expect(await directory.lookup(room)).toMatchObject(ada.self ?? {});
  });

  test("C3 callers at the same time share one claim", async () => {
    let claims = 0;
    primary.fault = (operation) => {
      if (operation === "claim") claims++;
      return null;
    };
    const [first, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => ada.claims.claim(room)),
    );
    for (const other of others) expect(other).toBe(first);
    expect(await ada.claims.claim(room)).toBe(first);
    expect(claims).toBe(1);
  });

  test("C4 without a lease nothing is claimed", async () => {
    ada.self = null;
    const error = await rejection(ada.claims.claim(room));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "UNAVAILABLE", cause: { code: "NO_LEASE" } });
    expect(await directory.lookup(room)).toBeNull();
  });

  test("C4 while claims wait nothing is claimed, and the error says how long", async () => {
    primary.restart();
    await ada.register();
    clock.jump(1_000);
    const error = (await rejection(ada.claims.claim(room))) as StoreError;
    expect(error.code).toBe("UNAVAILABLE");
    const cause = error.cause as ClusterError;
    expect(cause.code).toBe("CLAIMS_WAIT");
    expect(cause.retryAfterMs).toBe(ttlMs - 1_000);
    clock.jump(ttlMs - 1_000);
    expect(await ada.claims.claim(room)).toMatchObject({ node: "ada" });
  });
});

describe("giving away", () => {
  test("C5 a transfer makes the target home, which claims from itself", async () => {
    const { epoch } = await ada.claims.claim(room);
    const owner = await ada.claims.transfer(room, await nodeRecord(grace));
    expect(owner).toMatchObject({ node: "grace", url: "http://grace" });
    expect(owner.epoch).toBeGreaterThan(epoch);
    expect(ada.claims.homeOf(room)).toBeNull();
    expect(await rejection(ada.claims.claim(room))).toBeInstanceOf(ElsewhereError);
    expect((await grace.claims.claim(room)).epoch).toBeGreaterThan(owner.epoch);
  });

  test("C5 a transfer whose answer was lost is found out", async () => {
    await ada.claims.claim(room);
    primary.fault = (operation) => (operation === "claim" ? "after" : null);
    const owner = await ada.claims.transfer(room, await nodeRecord(grace));
    expect(owner).toMatchObject({ node: "grace", url: "http://grace" });
    expect(ada.claims.homeOf(room)).toBeNull();
  });

  test("C5 a transfer that cannot be found out is repeated", async () => {
    await ada.claims.claim(room);
    const to = await nodeRecord(grace);
    primary.fault = (operation) => (operation === "claim" ? "after" : "before");
    expect(await rejection(ada.claims.transfer(room, to))).toMatchObject({ code: "UNAVAILABLE" });
    expect(ada.claims.homeOf(room)).not.toBeNull();
    primary.fault = () => null;
    const owner = await ada.claims.transfer(room, to);
    expect(owner.node).toBe("grace");
    expect((await directory.lookup(room))?.epoch).toBe(owner.epoch);
    expect(ada.claims.homeOf(room)).toBeNull();
  });

  test("C5 a transfer that comes too late names the third node", async () => {
    await ada.claims.claim(room);
    const edsger = await newNode("edsger");
    await directory.declareDead(await nodeRecord(ada));
    await edsger.claims.claim(room);
    const error = await rejection(ada.claims.transfer(room, await nodeRecord(grace)));
    expect(error).toMatchObject({ owner: { node: "edsger", url: "http://edsger" } });
    expect(ada.claims.homeOf(room)).toBeNull();
  });

  test("C5 only a home transfers", async () => {
    const refused = ada.claims.transfer(room, await nodeRecord(grace));
    expect(await rejection(refused)).toMatchObject({ code: "NOT_HOME" });
  });

  test("C8 a released room is free for others", async () => {
    await ada.claims.claim(room);
    await ada.claims.release(room);
    expect(ada.claims.homeOf(room)).toBeNull();
    expect(await grace.claims.claim(room)).toMatchObject({ node: "grace" });
  });

  test("C8 releasing while the directory is away leaves the record to be claimed from", async () => {
    const { epoch } = await ada.claims.claim(room);
    primary.fault = () => "before";
    await ada.claims.release(room);
    primary.fault = () => null;
    expect(ada.claims.held.size).toBe(0);
    expect((await ada.claims.claim(room)).epoch).toBeGreaterThan(epoch);
  });

  test("the fence takes away only the claim that it refused", async () => {
    const { epoch } = await ada.claims.claim(room);
    ada.claims.lost(room, epoch - 1);
    expect(ada.claims.homeOf(room)).not.toBeNull();
    ada.claims.lost(room, epoch);
    expect(ada.claims.homeOf(room)).toBeNull();
  });
});

describe("verifying", () => {
  const rooms = Array.from({ length: 1_200 }, (_, index) => name(`room ${index}`));

  const claimAll = async () => {
    const before = new Map<string, number>();
    for (const each of rooms) before.set(each, (await ada.claims.claim(each)).epoch);
    return before;
  };

  test("C6 what the directory has is kept", async () => {
    await claimAll();
    expect(await ada.claims.verify()).toEqual({ kept: rooms.length, reasserted: 0, lost: [] });
  });

  test("C6 what it lacks is put back, under the same epochs", async () => {
    const half = rooms.length / 2;
    for (const each of rooms.slice(0, half)) await ada.claims.claim(each);
    const older = primary.copy();
    const before = await claimAll();
    primary.restart(older);
    expect(await ada.claims.verify()).toEqual({ kept: half, reasserted: half, lost: [] });
    for (const each of rooms) {
      expect((await directory.lookup(each))?.epoch).toBe(before.get(each));
    }
  });

  test("C6 what was claimed since is lost, and its new home named", async () => {
    await claimAll();
    const taken = rooms.slice(10, 13);
    await directory.declareDead(await nodeRecord(ada));
    for (const each of taken) await grace.claims.claim(each);
    await ada.register();
    const { lost, reasserted } = await ada.claims.verify();
    expect(reasserted).toBe(rooms.length - taken.length);
    expect(lost.map((each) => each.room)).toEqual(taken);
    for (const { owner } of lost) expect(owner).toMatchObject({ node: "grace" });
    for (const each of taken) expect(ada.claims.homeOf(each)).toBeNull();
  });

  test("C7, C9 a new incarnation reasserts every room, and can be claimed from no more", async () => {
    const before = await claimAll();
    const first = await directory.lookup(rooms[0] ?? room);
    expect(ada.claims.certain(rooms[0] ?? room)).toBe(true);
    await ada.register();
    expect(ada.claims.certain(rooms[0] ?? room)).toBe(false);
    expect(await ada.claims.verify()).toEqual({ kept: 0, reasserted: rooms.length, lost: [] });
    expect(ada.claims.certain(rooms[0] ?? room)).toBe(true);
    for (const each of rooms) expect(ada.claims.homeOf(each)?.epoch).toBe(before.get(each));
    const { claimed } = await directory.claim(
      rooms[0] ?? room,
      { node: "grace", incarnation: grace.self?.incarnation ?? 0 },
      first,
    );
    expect(claimed).toBe(false);
    expect(await ada.claims.verify()).toMatchObject({ kept: rooms.length });
  });

  test("C7 verifying that was cut short is taken up again", async () => {
    await claimAll();
    await ada.register();
    let left = 700;
    primary.fault = (operation) => (operation === "reassert" && --left < 0 ? "after" : null);
    expect(await rejection(ada.claims.verify())).toMatchObject({ code: "UNAVAILABLE" });
    primary.fault = () => null;
    const { kept, reasserted, lost } = await ada.claims.verify();
    expect(kept + reasserted).toBe(rooms.length);
    expect(kept).toBeGreaterThanOrEqual(700);
    expect(lost).toEqual([]);
  });
});
