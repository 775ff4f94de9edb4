/*
 * Appends to some rooms, compacts them and replaces them by copies until it is killed. Each update is an id; an id is
 * written to the file of acknowledgements once its append has returned.
 *
 * Arguments: directory, file of acknowledgements, first id, seed, durability.
 */
import { openSync, writeSync } from "node:fs";
import { argv } from "node:process";
import type { RoomName } from "@homeroom/protocol";
import { LevelStore } from "@homeroom/store-level";
import * as prng from "lib0/prng";
import { silent } from "./loggers.js";

const [, , directory = "", acknowledgements = "", first = "0", seed = "0", durability] = argv;
const random = prng.create(Number(seed));
const home = { node: "writer", epoch: 1 };
const rooms = Array.from({ length: 6 }, (_, index) => `room/${index}` as RoomName);
const encoder = new TextEncoder();

const store = await LevelStore.open({
  directory,
  durability: durability === "process" ? "process" : "fsync",
  logger: silent,
});
const file = openSync(acknowledgements, "a");
let id = Number(first);

async function append(): Promise<void> {
  const batch = rooms
    .filter(() => prng.real53(random) < 0.4)
    .map((room) => ({ room, ids: Array.from({ length: prng.int31(random, 1, 3) }, () => id++) }));
  if (batch.length === 0) return;
  const outcomes = await store.append(
    batch.map(({ room, ids }) => ({
      room,
      home,
      updates: ids.map((each) => encoder.encode(`${each};`)),
    })),
  );
  for (const [index, { room, ids }] of batch.entries()) {
    if (!outcomes[index]?.ok) throw new Error(`append to ${room} was refused`);
    writeSync(file, ids.map((each) => `${room} ${each}\n`).join(""));
  }
}

/** Puts what the room consists of into a snapshot: of its records, or in the place of them all. */
async function condense(how: "compact" | "install"): Promise<void> {
  const room = prng.oneOf(random, rooms);
  const { snapshot, tail, cursor } = await store.open(room);
  if (!cursor) return;
  writeSync(file, `${how} ${room}\n`);
  // Padding makes the snapshot long enough for a kill to come in the middle of it.
  const text = Buffer.concat([...(snapshot ? [snapshot] : []), ...tail]).toString();
  const ids = text.replaceAll(/#+/g, "");
  const padding = "#".repeat(prng.int31(random, 0, 400_000));
  const bytes = encoder.encode(padding + ids);
  if (how === "compact") await store.compact(room, home, bytes, cursor);
  else await store.install(room, home, bytes, cursor, cursor);
}

for (;;) {
  await Promise.all([append(), prng.real53(random) < 0.3 ? condense("compact") : null]);
  // A copy is made of a room that nobody else writes to.
  if (prng.real53(random) < 0.2) await condense("install");
}
