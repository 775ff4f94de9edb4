import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { encodeBookmark } from "../src/home/bookmark.js";
import type { Audience } from "../src/homes.js";
import { type Home, StoreError } from "../src/store.js";
import { createLab, roomName } from "./harness/lab.js";
import { edit } from "./harness/updates.js";

const room = roomName("room");
const owner = { node: "next", url: "http://next", epoch: 9 };

type Said =
  | { readonly type: "opened"; readonly epoch: number }
  | { readonly type: "update"; readonly update: Uint8Array }
  | { readonly type: "sync"; readonly session: number; readonly kind: string }
  | { readonly type: "settled"; readonly session: number; readonly number: number }
  | { readonly type: "moved"; readonly to: typeof owner | null; readonly upTo: Uint8Array | null };

/** Keeps what a home says to it, oldest first. */
class RecordingAudience implements Audience {
  readonly said: Said[] = [];
  opened(epoch: number): void {
    this.said.push({ type: "opened", epoch });
  }
  broadcastUpdate(update: Uint8Array): void {
    this.said.push({ type: "update", update });
  }
  broadcastAwareness(): void {}
  sync(session: number, kind: string): void {
    this.said.push({ type: "sync", session, kind });
  }
  awareness(): void {}
  settled(session: number, number: number): void {
    this.said.push({ type: "settled", session, number });
  }
  refused(): void {}
  probe(): void {}
  close(): void {}
  moved(to: typeof owner | null, upTo: Uint8Array | null): void {
    this.said.push({ type: "moved", to, upTo });
  }

  of<T extends Said["type"]>(type: T): Extract<Said, { readonly type: T }>[] {
    return this.said.filter((each): each is Extract<Said, { type: T }> => each.type === type);
  }
}

const written = (words: string): Uint8Array =>
  edit(new Y.Doc(), (doc) => doc.getText("text").insert(0, words));

/** Of a home before that this one knows nothing of but what it says. */
const bookmark = (doc: Y.Doc): Uint8Array =>
  encodeBookmark({ cursor: { epoch: 1, seq: 999 }, stateVector: Y.encodeStateVector(doc) });

const merged = (updates: readonly { readonly update: Uint8Array }[]): string => {
  const doc = new Y.Doc();
  for (const { update } of updates) Y.applyUpdate(doc, update);
  return doc.getText("text").toString();
};

describe("moving", () => {
  it("V1: handing over settles what was taken, and then tells where the room went and up to what", async () => {
    const lab = createLab();
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    channel.join(1, "write", true);
    channel.update(1, 1, "update", written("taken"));
    await lab.clock.settle();
    const append = lab.store.hold("append");
    channel.update(1, 2, "update", written(" too"));
    const handedOver = lab.host.handOver(room, () => Promise.resolve(owner), 1_000);
    channel.update(1, 3, "update", written(" too late"));
    await lab.clock.settle();
    expect(audience.of("moved")).toEqual([]);
    append();
    await lab.clock.settle();
    expect(await handedOver).toEqual(owner);
    expect(audience.of("settled").at(-1)?.number).toBe(2);
    const stateVector = Y.encodeStateVector(await lab.stored("room"));
    const upTo = encodeBookmark({ cursor: (await lab.store.open(room)).cursor, stateVector });
    expect(audience.said.at(-1)).toEqual({ type: "moved", to: owner, upTo });
    expect(lab.host.get(room)).toBeNull();
  });

  it("V1: where the transfer fails the room goes on, with what waited meanwhile", async () => {
    const lab = createLab();
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    channel.join(1, "write", true);
    await lab.clock.settle();
    const failing = lab.host.handOver(
      room,
      () => {
        channel.update(1, 1, "update", written("meanwhile"));
        return Promise.reject(new Error("the target is gone"));
      },
      1_000,
    );
    const failure = failing.catch((error: Error) => error.message);
    await lab.clock.advance(100);
    expect(await failure).toBe("the target is gone");
    expect(audience.of("moved")).toEqual([]);
    expect(audience.of("settled").at(-1)?.number).toBe(1);
    channel.unsubscribe();
  });

  it("V2: a home that was fenced off tells no state vector", async () => {
    const lab = createLab();
    const audience = new RecordingAudience();
    lab.host.subscribe(room, audience);
    await lab.clock.settle();
    lab.host.lost(room, owner);
    expect(audience.said.at(-1)).toEqual({ type: "moved", to: owner, upTo: null });
  });

  it("V3, V5: who resumes is sent what it may lack, once the room is loaded, and nobody else is", async () => {
    const lab = createLab();
    const first = edit(new Y.Doc(), (doc) => doc.getText("text").insert(0, "known"));
    const writer = new RecordingAudience();
    const writing = lab.host.subscribe(room, writer);
    writing.join(1, "write", true);
    writing.update(1, 1, "update", first);
    await lab.clock.advance(100);
    writing.update(1, 2, "update", written(" news"));
    await lab.clock.advance(100);
    await lab.restart();

    const open = lab.store.hold("open");
    const [ignorant, informed, other] = [1, 2, 3].map(() => new RecordingAudience());
    const channels = [ignorant, informed, other].map((audience) =>
      lab.host.subscribe(room, audience as RecordingAudience),
    );
    const known = new Y.Doc();
    Y.applyUpdate(known, first);
    channels[0]?.resume(null);
    channels[1]?.resume(bookmark(known));
    await lab.clock.settle();
    expect(ignorant?.said).toEqual([]);
    open();
    await lab.clock.settle();
    for (const audience of [ignorant, informed, other]) {
      expect(audience?.said[0]?.type).toBe("opened");
      expect(audience?.of("opened")).toHaveLength(1);
    }
    expect(merged(ignorant?.of("update") ?? [])).toMatch(/^(known news| newsknown)$/);
    for (const { update } of informed?.of("update") ?? []) Y.applyUpdate(known, update);
    expect(known.getText("text").toString()).toBe(merged(ignorant?.of("update") ?? []));
    expect(other?.of("update")).toEqual([]);

    const late = new RecordingAudience();
    const again = lab.host.subscribe(room, late);
    again.resume(null);
    expect(late.said[0]?.type).toBe("opened");
    expect(merged(late.of("update"))).toHaveLength("known news".length);
    for (const channel of [...channels, again]) channel.unsubscribe();
  });

  it("V3: where nothing is known of them it is one update, however they may apply slices", async () => {
    const lab = createLab({ limits: { sliceBytes: 1_000 } });
    const writing = lab.host.subscribe(room, new RecordingAudience());
    writing.join(1, "write", true);
    writing.update(1, 1, "update", written("word ".repeat(1_000)));
    await lab.clock.advance(100);
    const ignorant = new RecordingAudience();
    const channel = lab.host.subscribe(room, ignorant);
    channel.resume(null);
    await lab.clock.settle();
    expect(ignorant.of("update")).toHaveLength(1);
    for (const each of [writing, channel]) each.unsubscribe();
  });

  it("V4: where nothing is known of them, those who may write are asked for what they have", async () => {
    const lab = createLab();
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    channel.join(1, "write", true);
    channel.join(2, "read", true);
    channel.resume(null);
    await lab.clock.settle();
    expect(audience.of("sync")).toEqual([{ type: "sync", session: 1, kind: "step1" }]);
    const informed = new RecordingAudience();
    const second = lab.host.subscribe(room, informed);
    second.join(3, "write", true);
    second.resume(bookmark(new Y.Doc()));
    await lab.clock.settle();
    expect(informed.of("sync")).toEqual([]);
    const confused = new RecordingAudience();
    const third = lab.host.subscribe(room, confused);
    third.join(4, "write", true);
    third.resume(Uint8Array.of(0x80));
    await lab.clock.settle();
    expect(confused.of("sync")).toEqual([{ type: "sync", session: 4, kind: "step1" }]);
    for (const each of [channel, second, third]) each.unsubscribe();
  });

  it("V11: who comes from a home that handed over just this is sent what was written since", async () => {
    const lab = createLab({ limits: { resumeMs: 5_000 } });
    const before = new RecordingAudience();
    const leaving = lab.host.subscribe(room, before);
    leaving.join(1, "write", true);
    leaving.update(1, 1, "update", written("before "));
    await lab.clock.advance(100);
    await lab.host.handOver(room, () => Promise.resolve(owner), 1_000);
    const upTo = before.of("moved")[0]?.upTo ?? null;

    const [first, second, late] = [1, 2, 3].map(() => new RecordingAudience());
    const resume = (audience: RecordingAudience | undefined) => {
      const channel = lab.host.subscribe(room, audience as RecordingAudience);
      channel.resume(upTo);
      return channel;
    };
    const channels = [resume(first)];
    await lab.clock.settle();
    expect(first?.of("update")).toEqual([]);
    channels[0]?.join(1, "write", true);
    const edit = written("since");
    channels[0]?.update(1, 1, "update", edit);
    await lab.clock.advance(100);
    channels.push(resume(second));
    expect(second?.of("update").map(({ update }) => update)).toEqual([edit]);
    await lab.clock.advance(10_000);
    channels[0]?.update(1, 2, "update", written("!"));
    await lab.clock.advance(100);
    channels.push(resume(late));
    // By then it is not known any more what was written since: it is sent more than it lacks.
    expect(late?.of("update").length).toBeGreaterThan(0);
    const got = merged(late?.of("update") ?? []);
    for (const words of ["since", "!"]) expect(got).toContain(words);
    for (const channel of channels) channel.unsubscribe();
  });

  it("V6: a home that the fence refuses gives away all that it held, and its sessions go elsewhere", async () => {
    const fenced: { room: string; home: Home; state: Uint8Array }[] = [];
    const lab = createLab({
      claims: { fenced: (name, home, state) => fenced.push({ room: name, home, state }) },
    });
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    channel.join(1, "write", true);
    channel.update(1, 1, "update", written("accepted "));
    await lab.clock.settle();
    const next = { node: "next", epoch: 99 };
    await lab.store.append([{ room, home: next, updates: [Uint8Array.of(0, 0)] }]);
    channel.update(1, 2, "update", written("refused"));
    await lab.clock.advance(100);
    expect(audience.said.at(-1)).toEqual({ type: "moved", to: null, upTo: null });
    expect(audience.of("settled").at(-1)?.number).toBe(1);
    const [given, ...more] = fenced;
    expect(more).toEqual([]);
    expect(given?.room).toBe("room");
    expect(given?.home.node).toBe("lab");
    const state = merged([{ update: given?.state ?? Uint8Array.of(0, 0) }]);
    expect(state).toMatch(/^(accepted refused|refusedaccepted )$/);
    expect(lab.host.get(room)).toBeNull();
  });

  it("V7: while its claims say so a room takes no edits, and takes them afterwards", async () => {
    let takes = true;
    const lab = createLab({ claims: { takesEdits: () => takes } });
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    channel.join(1, "write", true);
    takes = false;
    channel.update(1, 1, "update", written("waits"));
    await lab.clock.advance(1_000);
    expect(audience.of("settled")).toEqual([]);
    expect(lab.host.get(room)?.position).toBe(0);
    takes = true;
    lab.host.reconsider();
    await lab.clock.settle();
    expect(audience.of("settled").at(-1)?.number).toBe(1);
    channel.unsubscribe();
  });

  it("V8: handing over and deleting exclude each other", async () => {
    const lab = createLab();
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    await lab.clock.settle();
    const code = (error: StoreError): string => error.code;
    let arrive: (to: typeof owner) => void = () => undefined;
    const transfer = new Promise<typeof owner>((resolve) => {
      arrive = resolve;
    });
    const moving = lab.host.handOver(room, () => transfer, 1_000);
    expect(await lab.host.handOver(room, () => transfer, 1_000).catch(code)).toBe("UNAVAILABLE");
    const deleting = lab.host.remove(room).catch(code);
    await lab.clock.settle();
    expect(await deleting).toBe("UNAVAILABLE");
    arrive(owner);
    expect(await moving).toEqual(owner);
    const again = lab.host.subscribe(room, audience);
    await lab.clock.settle();
    const remove = lab.store.hold("remove");
    const removal = lab.host.remove(room);
    await lab.clock.settle();
    expect(await lab.host.handOver(room, () => transfer, 1_000).catch(code)).toBe("UNAVAILABLE");
    remove();
    await removal;
    for (const each of [channel, again]) each.unsubscribe();
  });

  it("V9: a snapshot that is asked for is written even where nothing is new", async () => {
    const lab = createLab({ limits: { restAfterMs: 1_000 } });
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    channel.join(1, "write", true);
    channel.update(1, 1, "update", written("text"));
    await lab.clock.advance(3_000);
    expect([lab.host.get(room)?.state, lab.store.calls.compact]).toEqual(["resting", 1]);
    lab.store.fail("compact", () => new StoreError("UNAVAILABLE", "not now"));
    lab.host.requestSnapshot(room);
    await lab.clock.advance(1_000);
    expect(lab.store.calls.compact).toBe(2);
    lab.store.heal();
    lab.host.requestSnapshot(room);
    await lab.clock.advance(10_000);
    expect(lab.store.calls.compact).toBe(3);
    channel.unsubscribe();
  });

  it("V10: a room that was prepared opens live, and rests again where nobody edits", async () => {
    const lab = createLab({ limits: { restAfterMs: 2_000 } });
    const writer = new RecordingAudience();
    const writing = lab.host.subscribe(room, writer);
    writing.join(1, "write", true);
    writing.update(1, 1, "update", written("text"));
    await lab.clock.advance(100);
    await lab.restart();
    const preparing = lab.host.prepare(room, true);
    await lab.clock.settle();
    await preparing;
    const audience = new RecordingAudience();
    const channel = lab.host.subscribe(room, audience);
    channel.resume(bookmark(new Y.Doc()));
    await lab.clock.settle();
    expect(lab.host.get(room)?.state).toBe("live");
    expect(merged(audience.of("update"))).toBe("text");
    await lab.clock.advance(5_000);
    expect(lab.host.get(room)?.state).toBe("resting");
    channel.unsubscribe();
  });

  it("L7: a room that leaves memory, or was never loaded, gives its claim up", async () => {
    const released: string[] = [];
    const held = new Map<string, (home: Home) => void>();
    const lab = createLab({
      limits: { loadTimeoutMs: 1_000 },
      claims: {
        claim: (name) =>
          name === "late"
            ? new Promise((resolve) => held.set(name, resolve))
            : Promise.resolve({ node: "lab", epoch: 1 }),
        release: (name) => Promise.resolve(void released.push(name)),
      },
    });
    lab.store.fail("open", () => new StoreError("UNAVAILABLE", "not now"));
    lab.host.subscribe(roomName("unread"), new RecordingAudience());
    lab.host.subscribe(roomName("late"), new RecordingAudience());
    await lab.clock.settle();
    expect(released).toEqual(["unread"]);
    await lab.clock.advance(2_000);
    expect(released).toEqual(["unread", "late"]);
    held.get("late")?.({ node: "lab", epoch: 2 });
    await lab.clock.settle();
    expect(released).toEqual(["unread", "late", "late"]);
    lab.store.heal();
    const remove = lab.store.hold("remove");
    const channel = lab.host.subscribe(room, new RecordingAudience());
    await lab.clock.settle();
    const removal = lab.host.remove(room);
    await lab.clock.settle();
    channel.unsubscribe();
    expect(released).toHaveLength(3);
    remove();
    await removal;
    await lab.clock.settle();
    expect(released.slice(3)).toEqual(["room"]);
  });
});
