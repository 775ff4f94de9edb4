import { CloseCode, EMPTY_UPDATE, type RoomName, type RouterFrame } from "@homeroom/protocol";
import type { Audience, RoomOwner, Timer } from "@homeroom/room";
import { expect, it } from "vitest";
import { defaultRouteLimits, type RouteLimits } from "../../src/routes/limits.js";
import type { ChannelFrame, ChannelHandler, RouteLink } from "../../src/routes/link-client.js";
import { silentRouteMeter } from "../../src/routes/meter.js";
import { Route } from "../../src/routes/route.js";
import { Budget } from "../../src/routes/unsettled.js";
import { RecordingLogger } from "../support/recording.js";

const room = "docs/plan" as RoomName;
const bytes = (value: number): Uint8Array => Uint8Array.of(0, value);

/** Time that passes when a test says so; after each timer, what it began comes to its end. */
class ManualClock {
  readonly #timers = new Set<{ readonly at: number; readonly task: () => void }>();
  #now = 0;

  now = (): number => this.#now;
  monotonic = (): number => this.#now;
  soon = (task: () => void): void => void this.after(0, task);

  after(ms: number, task: () => void): Timer {
    const timer = { at: this.#now + ms, task };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  get timers(): number {
    return this.#timers.size;
  }

  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.task();
    }
    this.#now = end;
  }
}

/** One coordinator's end, in the hands of the test. */
class FakeLink implements RouteLink {
  readonly target: { readonly node: string; readonly url: string };
  sent: RouterFrame[] = [];
  #handler: ChannelHandler | null = null;
  channel = 0;

  constructor(node: string) {
    this.target = { node, url: `http://${node}` };
  }

  open(handler: ChannelHandler): number {
    this.#handler = handler;
    this.sent = [];
    return ++this.channel;
  }

  send(frame: RouterFrame): void {
    this.sent.push(frame);
  }

  congested(): boolean {
    return false;
  }

  shut(channel: number): void {
    if (channel === this.channel) this.#handler = null;
  }

  get inUse(): boolean {
    return this.#handler !== null;
  }

  say(frame: ChannelFrame): void {
    this.#handler?.receive(frame);
  }

  opened(epoch: number): void {
    this.say({ type: "opened", channel: this.channel, epoch });
  }

  /** What it was told of edits. */
  get updates(): { session: number; number: number; update: Uint8Array }[] {
    return this.sent.flatMap((frame) =>
      frame.type === "update"
        ? [{ session: frame.session, number: frame.number, update: frame.update }]
        : [],
    );
  }
}

class Lab {
  readonly clock = new ManualClock();
  readonly heard: string[] = [];
  readonly hints: (string | null)[] = [];
  readonly budget = new Budget(Number.POSITIVE_INFINITY, () => {});
  /** Where the room is found, or why it is not. */
  next: FakeLink | Error;
  readonly route: Route;
  gone = 0;

  constructor(first: FakeLink | Error, limits: Partial<RouteLimits> = {}) {
    this.next = first;
    const note = (...words: unknown[]): void => {
      this.heard.push(words.join(" "));
    };
    const audience: Audience = {
      opened: () => {},
      broadcastUpdate: () => note("broadcast"),
      broadcastAwareness: () => note("awareness"),
      sync: (session, kind) => note("sync", session, kind),
      awareness: () => {},
      settled: (session, number) => note("settled", session, number),
      refused: (session, number) => note("refused", session, number),
      probe: () => {},
      close: (session, code) => note("close", session, code),
      moved: () => {},
    };
    const context = {
      limits: { ...defaultRouteLimits, ...limits },
      clock: this.clock,
      random: () => 0,
      logger: new RecordingLogger(),
      meter: silentRouteMeter,
      budget: this.budget,
      find: (_room: RoomName, hint: RoomOwner | null): Promise<RouteLink> => {
        this.hints.push(hint?.node ?? null);
        const { next } = this;
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      served: () => {},
      takeTurn: (work: () => Promise<void>): Promise<void> => work(),
    };
    this.route = new Route(room, audience, context, () => this.gone++);
  }
}

it("RT7: a home with a lower epoch than was seen before is not believed", async () => {
  const [old, young] = [new FakeLink("old"), new FakeLink("young")];
  const lab = new Lab(young);
  await lab.clock.run(0);
  young.opened(9);
  expect(lab.route.owner).toEqual({ ...young.target, epoch: 9 });
  lab.next = old;
  lab.route.lost();
  await lab.clock.run(100);
  old.opened(8);
  expect(lab.route.owner).toBeNull();
  expect(old.inUse).toBe(false);
  lab.next = young;
  await lab.clock.run(1_000);
  young.opened(9);
  expect(lab.route.owner?.node).toBe("young");
  lab.route.unsubscribe();
  expect(lab.clock.timers).toBe(0);
});

it("RT2: what is not settled is said again in order; what was refused is not, but counts", async () => {
  const [a, b] = [new FakeLink("a"), new FakeLink("b")];
  const lab = new Lab(a);
  lab.route.join(1, "write", true);
  lab.route.join(2, "write", false);
  lab.route.update(1, 1, "update", bytes(1));
  await lab.clock.run(0);
  expect(a.sent.map(({ type }) => type)).toEqual(["open", "join", "join", "update"]);
  a.opened(1);
  const { channel } = a;
  lab.route.update(2, 1, "update", bytes(2));
  lab.route.update(1, 2, "update", bytes(3));
  lab.route.update(1, 3, "update", bytes(4));
  a.say({ type: "settled", channel, session: 1, number: 1 });
  const why = { code: CloseCode.tooLarge, reason: "document too large" };
  a.say({ type: "refused", channel, session: 1, number: 2, kind: "update", ...why });
  lab.next = b;
  const upTo = bytes(7);
  a.say({ type: "moved", channel, to: { ...b.target, epoch: 2 }, upTo });
  await lab.clock.run(0);
  expect(lab.hints).toEqual([null, "b"]);
  expect(b.sent.slice(0, 4).map(({ type }) => type)).toEqual(["open", "join", "join", "resume"]);
  expect(b.sent[3]).toEqual({ type: "resume", channel: b.channel, upTo });
  expect(b.updates).toEqual([
    { session: 2, number: 1, update: bytes(2) },
    { session: 1, number: 2, update: EMPTY_UPDATE },
    { session: 1, number: 3, update: bytes(4) },
  ]);
  b.opened(2);
  b.say({ type: "settled", channel: b.channel, session: 1, number: 3 });
  b.say({ type: "settled", channel: b.channel, session: 2, number: 1 });
  // Session 2 did not ask.
  expect(lab.heard).toEqual(["settled 1 1", "refused 1 2", "settled 1 3"]);
  expect(lab.budget.bytes).toBe(0);
  lab.route.unsubscribe();
});

it("RT3: after a home was lost, the next one is told that nothing is known; one that never served changes nothing", async () => {
  const [a, b, c] = [new FakeLink("a"), new FakeLink("b"), new FakeLink("c")];
  const lab = new Lab(a);
  await lab.clock.run(0);
  expect(a.sent.some(({ type }) => type === "resume")).toBe(false);
  a.opened(1);
  lab.next = b;
  const upTo = bytes(7);
  a.say({ type: "moved", channel: a.channel, to: null, upTo });
  await lab.clock.run(1_000);
  lab.next = c;
  lab.route.lost();
  await lab.clock.run(1_000);
  expect(c.sent).toContainEqual({ type: "resume", channel: c.channel, upTo });
  c.opened(3);
  lab.next = a;
  lab.route.lost();
  await lab.clock.run(1_000);
  expect(a.sent).toContainEqual({ type: "resume", channel: a.channel, upTo: null });
  lab.route.unsubscribe();
});

it("RT3: a SyncStep1 that was not answered is asked of the next home", async () => {
  const [a, b] = [new FakeLink("a"), new FakeLink("b")];
  const lab = new Lab(a);
  for (const session of [1, 2]) {
    lab.route.join(session, "read", false);
    lab.route.syncStep1(session, bytes(session));
  }
  await lab.clock.run(0);
  a.opened(1);
  const answer = { type: "sync", channel: a.channel, session: 1, bytes: EMPTY_UPDATE } as const;
  a.say({ ...answer, kind: "step2" });
  a.say({ ...answer, session: 2, kind: "update" });
  lab.next = b;
  lab.route.lost();
  await lab.clock.run(1_000);
  const asked = b.sent.filter(({ type }) => type === "step1");
  expect(asked).toEqual([{ type: "step1", channel: b.channel, session: 2, stateVector: bytes(2) }]);
  lab.route.unsubscribe();
});

it("RT8: a node that cannot serve the room now is asked again, up to the deadline", async () => {
  const a = new FakeLink("a");
  const lab = new Lab(a, { findTimeoutMs: 2_000 });
  lab.route.join(1, "write", false);
  for (let attempt = 1; attempt <= 3; attempt++) {
    await lab.clock.run(600);
    expect(a.channel).toBe(attempt);
    const all = { type: "closed", channel: attempt, session: null } as const;
    a.say({ ...all, code: CloseCode.overloaded, reason: "claims wait" });
  }
  lab.next = new Error("nobody is there");
  expect(lab.heard).toEqual([]);
  await lab.clock.run(2_000);
  expect(lab.heard).toEqual([`close all ${CloseCode.overloaded}`]);
  expect([lab.route.state, lab.gone, lab.clock.timers]).toEqual(["gone", 1, 0]);
});

it("RT8: a node that does not say whether it is home is given up after a while", async () => {
  const [a, b] = [new FakeLink("a"), new FakeLink("b")];
  const lab = new Lab(a, { openTimeoutMs: 500 });
  await lab.clock.run(499);
  expect(a.inUse).toBe(true);
  lab.next = b;
  await lab.clock.run(100);
  expect([a.inUse, b.inUse]).toEqual([false, true]);
  lab.route.unsubscribe();
});

it("RT8: a home that serves the room and ends it is believed", async () => {
  const a = new FakeLink("a");
  const lab = new Lab(a);
  lab.route.join(1, "write", false);
  await lab.clock.run(0);
  a.opened(1);
  const all = { type: "closed", channel: 1, session: null } as const;
  a.say({ ...all, code: CloseCode.deleted, reason: "the room was deleted" });
  expect(lab.heard).toEqual([`close all ${CloseCode.deleted}`]);
  expect([lab.route.state, lab.gone, lab.clock.timers]).toEqual(["gone", 1, 0]);
});

it("RT4: edits of a session that left are kept for a while, those of one that was expelled are not", async () => {
  const a = new FakeLink("a");
  const lab = new Lab(a, { lingerMs: 1_000 });
  for (const session of [1, 2, 3]) {
    lab.route.join(session, "write", false);
    lab.route.update(session, 1, "update", bytes(session));
  }
  await lab.clock.run(0);
  a.opened(1);
  const leaving = (): number[] =>
    a.sent.flatMap((frame) => (frame.type === "leave" ? [frame.session] : []));
  const { channel } = a;
  const expelled = { type: "closed", channel, session: 3, code: CloseCode.malformed } as const;
  a.say({ ...expelled, reason: "update does not apply" });
  lab.route.leave(1);
  lab.route.leave(2);
  expect(leaving()).toEqual([3]);
  a.say({ type: "settled", channel, session: 1, number: 1 });
  expect(leaving()).toEqual([3, 1]);
  await lab.clock.run(999);
  expect(leaving()).toEqual([3, 1]);
  await lab.clock.run(1);
  expect(leaving()).toEqual([3, 1, 2]);
  expect(lab.budget.bytes).toBe(0);
  lab.route.unsubscribe();
  expect([lab.gone, lab.clock.timers]).toEqual([1, 0]);
});
