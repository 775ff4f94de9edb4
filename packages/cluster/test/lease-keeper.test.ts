import { afterEach, beforeEach, expect, test } from "vitest";
import { announcement, registered } from "../contract/samples.js";
import {
  type Fault,
  LeaseKeeper,
  type LeaseKeeperOptions,
  type LeaseState,
  MemoryDirectory,
  MemoryPrimary,
  type Primary,
} from "../src/index.js";
import { ManualClock, settle } from "./manual-clock.js";
import { silent } from "./silent.js";

const ttlMs = 5_000;

let clock: ManualClock;
let primary: MemoryPrimary;
let directory: MemoryDirectory;
let keeper: LeaseKeeper;
let requests: { at: number; operation: string }[];
let changes: LeaseState["name"][];
let primaries: Primary[];

beforeEach(() => {
  clock = new ManualClock();
  primary = new MemoryPrimary(clock);
  requests = [];
  changes = [];
  primaries = [];
  primary.fault = (operation) => {
    requests.push({ at: clock.monotonic(), operation });
    return null;
  };
  directory = new MemoryDirectory(primary, ttlMs);
  keeper = newKeeper({
    onChange: (state) => changes.push(state.name),
    onPrimary: (each) => primaries.push(each),
  });
});

afterEach(async () => {
  await keeper.close();
  expect(clock.timers).toBe(0);
});

const newKeeper = (options: Partial<LeaseKeeperOptions>): LeaseKeeper =>
  new LeaseKeeper({
    directory,
    node: "ada",
    process: "one",
    ttlMs,
    clock,
    random: () => 0,
    logger: silent,
    announce: () => announcement,
    onChange: () => {},
    onPrimary: () => {},
    ...options,
  });

const fail = (when: "before" | "after"): void => {
  primary.fault = (operation) => {
    requests.push({ at: clock.monotonic(), operation });
    return when;
  };
};

const recover = (): void => {
  primary.fault = () => null;
};

const start = async (): Promise<number> => {
  keeper.start();
  await settle();
  const { self } = keeper;
  if (!self) throw new Error("no lease");
  return self.incarnation;
};

test("L1 the deadline counts from when the request was sent", async () => {
  const register = directory.register.bind(directory);
  directory.register = async (...args) => {
    const registration = await register(...args);
    clock.jump(2_000);
    return registration;
  };
  await start();
  expect(keeper.state).toMatchObject({ name: "held", deadline: ttlMs });
});

test("L2 it is renewed every quarter of the TTL, and more often once that failed", async () => {
  await start();
  await clock.run(5_000);
  expect(requests.map(({ at }) => at)).toEqual([0, 1_250, 2_500, 3_750, 5_000]);
  requests = [];
  fail("before");
  await clock.run(2_000);
  expect(requests.map(({ at }) => at - 5_000)).toEqual([1_250, 1_562.5, 1_875]);
  expect(keeper.state.name).toBe("uncertain");
});

test("L2 renewals of many nodes are spread by up to a tenth", async () => {
  const early = newKeeper({ node: "grace", process: "two", random: () => 0.999 });
  early.start();
  await clock.run(1_300);
  expect(requests.length).toBe(2);
  expect(requests[1]?.at).toBeCloseTo(1_125, -1);
  await early.close();
});

test("L2 one request is under way at a time", async () => {
  await start();
  let answer = (): void => {};
  directory.renew = () =>
    new Promise((resolve) => {
      requests.push({ at: clock.monotonic(), operation: "renew" });
      answer = () => resolve({ status: "lapsed" });
    });
  requests = [];
  await clock.run(4_000);
  keeper.renewNow();
  expect(requests.length).toBe(1);
  answer();
  await settle();
});

test("L3 a process that was stopped knows at once that its lease is gone", async () => {
  await start();
  clock.jump(ttlMs - 1);
  expect(keeper.self).not.toBeNull();
  clock.jump(1);
  expect(keeper.self).toBeNull();
  expect(keeper.state.name).toBe("lost");
  expect(changes).toEqual(["held", "lost"]);
});

test("L4 an unanswered renewal makes the lease uncertain, and time makes it lost", async () => {
  const incarnation = await start();
  fail("before");
  await clock.run(1_300);
  expect(keeper.state).toEqual({ name: "uncertain", incarnation, deadline: ttlMs });
  await clock.run(ttlMs);
  expect(changes).toEqual(["held", "uncertain", "lost"]);
  expect(keeper.self).toBeNull();
});

test("L5 a lost lease that the directory still renews is held under the same incarnation", async () => {
  const incarnation = await start();
  fail("after");
  await clock.run(ttlMs + 100);
  expect(keeper.state.name).toBe("lost");
  recover();
  await clock.run(400);
  expect(keeper.self?.incarnation).toBe(incarnation);
});

test("L5 a lease that lapsed is registered anew, at once", async () => {
  const incarnation = await start();
  clock.jump(3 * ttlMs);
  await clock.run(25);
  expect(changes).toEqual(["held", "registering", "held"]);
  expect(keeper.self?.incarnation).toBeGreaterThan(incarnation);
});

test("L5 a node that was declared dead comes back under a new incarnation", async () => {
  const incarnation = await start();
  await directory.declareDead({ node: "ada", incarnation });
  await clock.run(1_300);
  expect(changes).toEqual(["held", "registering", "held"]);
  expect(keeper.self?.incarnation).toBeGreaterThan(incarnation);
});

test("L5 registering goes on until the directory answers", async () => {
  fail("before");
  keeper.start();
  await clock.run(1_000);
  expect(requests.map(({ at }) => at)).toEqual([0, 312.5, 625, 937.5]);
  recover();
  await clock.run(400);
  expect(keeper.state.name).toBe("held");
});

test("L5 a registration that was given up and arrives late changes nothing", async () => {
  const register = directory.register.bind(directory);
  let arrive: () => Promise<unknown> = () => Promise.resolve();
  directory.register = (...args) => {
    arrive = () => register(...args);
    directory.register = register;
    return Promise.reject(new Error("no answer in time"));
  };
  keeper.start();
  await clock.run(400);
  const { self } = keeper;
  await arrive();
  await clock.run(2 * ttlMs);
  expect(self).not.toBeNull();
  expect(keeper.self).toEqual(self);
});

test("L6 a superseded node neither renews nor registers again", async () => {
  await start();
  const { incarnation: by } = await registered(directory, "ada", "another");
  await clock.run(1_300);
  expect(keeper.state).toEqual({ name: "superseded", by });
  requests = [];
  await clock.run(3 * ttlMs);
  keeper.start();
  await clock.run(ttlMs);
  expect(requests).toEqual([]);
});

test("L6 a node that another process has taken while its lease had lapsed does not register", async () => {
  await start();
  const register = directory.register.bind(directory);
  let by = 0;
  directory.register = async (...args) => {
    directory.register = register;
    by = (await registered(directory, "ada", "another")).incarnation;
    return await register(...args);
  };
  clock.jump(3 * ttlMs);
  await clock.run(25);
  expect(changes).toEqual(["held", "registering", "superseded"]);
  expect(keeper.state).toEqual({ name: "superseded", by });
  expect(await directory.nodes()).toMatchObject([{ incarnation: by, alive: true }]);
});

test("L9 a process that has just been started takes the place of the one before, at once", async () => {
  const { incarnation } = await registered(directory, "ada", "before");
  requests = [];
  await start();
  expect(requests).toEqual(Array(2).fill({ at: 0, operation: "register" }));
  expect(keeper.self?.incarnation).toBeGreaterThan(incarnation);
  expect(await directory.renew({ node: "ada", incarnation }, "before", announcement)).toEqual({
    status: "superseded",
    by: keeper.self?.incarnation,
  });
});

test("L9 whether or not it arrived, a registration that was not answered is made again", async () => {
  await registered(directory, "ada", "before");
  const lost: (Fault | null)[] = [null, "before", null, "after"];
  requests = [];
  primary.fault = (operation) => {
    requests.push({ at: clock.monotonic(), operation });
    return lost.shift() ?? null;
  };
  keeper.start();
  await clock.run(800);
  // Told, lost; told, taken; and given what it has.
  expect(requests.map(({ at }) => at)).toEqual([0, 0, 312.5, 312.5, 625]);
  expect(changes).toEqual(["held"]);
  await clock.run(2 * ttlMs);
  expect(changes).toEqual(["held"]);
});

test("L9 the registration of a process that was killed, however late, supersedes none that lives", async () => {
  await registered(directory, "ada", "before");
  const register = directory.register.bind(directory);
  const late: (() => Promise<unknown>)[] = [];
  // Its first request is answered; the second one is under way when it is killed.
  directory.register = (...args) => {
    if (args[2] === null) return register(...args);
    late.push(() => register(...args));
    return new Promise(() => {});
  };
  newKeeper({ process: "killed" }).start();
  await settle();
  directory.register = register;
  await start();
  const { self } = keeper;
  await clock.run(ttlMs);
  const answers = await Promise.all(late.map((arrive) => arrive()));
  expect(answers).toEqual([{ status: "taken", by: self?.incarnation }]);
  await clock.run(2 * ttlMs);
  expect(changes).toEqual(["held"]);
  expect(keeper.self).toEqual(self);
});

test("L9 of two processes that are started at the same time one stays", async () => {
  await registered(directory, "ada", "before");
  const names: LeaseState["name"][] = [];
  const other = newKeeper({ process: "other", onChange: ({ name }) => names.push(name) });
  keeper.start();
  other.start();
  await clock.run(ttlMs);
  expect(changes).toEqual(["held", "superseded"]);
  expect(names).toEqual(["held"]);
  await other.close();
});

test("L9 where others keep registering it pauses, and once it is closed it asks no more", async () => {
  const asked: number[] = [];
  let onAsked = (): void => {};
  directory.register = async () => {
    asked.push(clock.monotonic());
    onAsked();
    return { status: "taken", by: asked.length };
  };
  keeper.start();
  await clock.run(400);
  expect(asked).toEqual([...Array(4).fill(0), ...Array(4).fill(312.5)]);
  let closed = Promise.resolve();
  onAsked = () => {
    closed = keeper.close();
  };
  await clock.run(ttlMs);
  await closed;
  expect(asked.length).toBe(9);
  expect(keeper.state.name).toBe("resigned");
});

test("L8 closing ends the lease and leaves no timer", async () => {
  await start();
  keeper.renewNow();
  await Promise.all([keeper.close(), keeper.close()]);
  expect(keeper.state.name).toBe("resigned");
  expect(await directory.nodes()).toEqual([]);
  keeper.start();
  expect(clock.timers).toBe(0);
});

test("L8 closing while the directory is away leaves the lease to run out", async () => {
  await start();
  fail("before");
  await keeper.close();
  expect(keeper.state.name).toBe("resigned");
});

test("renewNow says at once what the node announces, and tells the primary", async () => {
  await start();
  requests = [];
  keeper.renewNow();
  await settle();
  expect(requests).toEqual([{ at: 0, operation: "renew" }]);
  expect(primaries.map(({ id }) => id)).toEqual([primaries[0]?.id, primaries[0]?.id]);
});
