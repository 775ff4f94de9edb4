import type { RoomName } from "@homeroom/protocol";
import { type Cursor, compareCursors, type RoomStore } from "@homeroom/room";
import * as fc from "fast-check";
import { expect } from "vitest";
import { bytes, content, home, names } from "./samples.js";

const rooms = names.slice(0, 4);
const runs = 25;

/** What a run works on: the store as it is now, and a way to close it and open it again. */
export interface Subject {
  store(): RoomStore;
  restart(): Promise<void>;
}

interface ModelRoom {
  cursor: Cursor;
  fence: number;
  /** Every update since the room began, with its record's cursor. */
  readonly updates: { readonly text: string; readonly cursor: Cursor }[];
  snapshotUpTo: Cursor | null;
}

type Step =
  | { readonly kind: "append"; readonly entries: readonly { room: number; count: number }[] }
  | { readonly kind: "compact"; readonly room: number; readonly back: number }
  | { readonly kind: "remove"; readonly room: number }
  | { readonly kind: "claim" | "check" | "restart" };

const room = fc.nat({ max: rooms.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      entries: fc.array(fc.record({ room, count: fc.integer({ min: 1, max: 3 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("compact" as const),
      room,
      back: fc.nat({ max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), room }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("claim", "check", "restart" as const) }),
  },
);

/** Runs random steps against a store and a model of it; prints the seed, takes `HOMEROOM_SEED`. */
export async function runAgainstModel(
  implementation: string,
  withSubject: (run: (subject: Subject) => Promise<void>) => Promise<void>,
): Promise<void> {
  const wanted = process.env.HOMEROOM_SEED;
  const seed = wanted === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
  process.stdout.write(`${implementation} against the model: HOMEROOM_SEED=${seed}\n`);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) =>
      withSubject((subject) => runSteps(steps, subject)),
    ),
    { seed, numRuns: runs },
  );
}

async function runSteps(steps: readonly Step[], subject: Subject): Promise<void> {
  const model = new Map<RoomName, ModelRoom>();
  let epoch = 1;
  let written = 0;
  for (const step of steps) {
    switch (step.kind) {
      case "append": {
        const batch = step.entries.map((entry) => ({
          room: nameOf(entry.room),
          texts: Array.from({ length: entry.count }, () => `${++written};`),
        }));
        const outcomes = await subject.store().append(
          batch.map(({ room, texts }) => ({
            room,
            home: home(epoch),
            updates: texts.map(bytes),
          })),
        );
        for (const [index, { room, texts }] of batch.entries()) {
          const known = model.get(room);
          const cursor = { epoch, seq: (known?.cursor.seq ?? 0) + 1 };
          expect(outcomes[index]).toEqual({ ok: true, cursor });
          const updates = known?.updates ?? [];
          updates.push(...texts.map((text) => ({ text, cursor })));
          model.set(room, {
            cursor,
            fence: epoch,
            updates,
            snapshotUpTo: known?.snapshotUpTo ?? null,
          });
        }
        break;
      }
      case "compact": {
        const name = nameOf(step.room);
        const known = model.get(name);
        const upTo = known?.updates.at(-1 - step.back)?.cursor;
        if (!known || !upTo) break;
        const texts = known.updates.filter(({ cursor }) => compareCursors(cursor, upTo) <= 0);
        const snapshot = texts.map(({ text }) => text).join("");
        await subject.store().compact(name, home(epoch), bytes(snapshot), upTo);
        if (known.snapshotUpTo && compareCursors(upTo, known.snapshotUpTo) < 0) break;
        known.snapshotUpTo = upTo;
        known.fence = epoch;
        break;
      }
      case "remove":
        await subject.store().remove(nameOf(step.room), home(epoch));
        model.delete(nameOf(step.room));
        break;
      case "claim":
        epoch++;
        break;
      case "restart":
        await subject.restart();
        break;
      case "check":
        await check(subject.store(), model);
        break;
    }
  }
  await check(subject.store(), model);
}

async function check(store: RoomStore, model: ReadonlyMap<RoomName, ModelRoom>): Promise<void> {
  const listed = await store.list({ prefix: "", after: null, limit: 100 });
  expect(new Set(listed.map((summary) => summary.room))).toEqual(new Set(model.keys()));
  for (const name of rooms) {
    const stored = await store.open(name);
    const known = model.get(name);
    const { snapshot, tail } = content(stored);
    const all = known?.updates.map(({ text }) => text) ?? [];
    expect((snapshot ?? "") + tail.join("")).toBe(all.join(""));
    expect(stored.cursor).toEqual(known?.cursor ?? null);
    const upTo = known?.snapshotUpTo;
    const after = known?.updates.filter(({ cursor }) => !upTo || compareCursors(cursor, upTo) > 0);
    expect(tail).toEqual(after?.map(({ text }) => text) ?? []);
    if (known && known.fence > 0) {
      const late = { room: name, home: home(known.fence - 1), updates: [bytes("late")] };
      expect((await store.append([late]))[0]).toMatchObject({ error: { code: "FENCED" } });
    }
  }
}

function nameOf(index: number): RoomName {
  const name = rooms[index];
  if (name === undefined) throw new RangeError(`no room ${index}`);
  return name;
}
