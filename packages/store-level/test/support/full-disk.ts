/*
 * Runs in namespaces of its own (`unshare --map-root-user --mount`), so that it may mount a small
 * disk: fills it beneath an open store, frees it again, and checks what must hold. Ends with an
 * error where it does not.
 *
 * Argument: an empty directory to mount on.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import type { RoomName } from "@homeroom/protocol";
import { type RoomStore, StoreError } from "@homeroom/room";
import { LevelStore } from "@homeroom/store-level";
import { silent } from "./loggers.js";

const mount = argv[2] ?? "";
const DISK_MIB = 64;
const room = "full/disk" as RoomName;
const idle = "full/idle" as RoomName;
const home = { node: "full", epoch: 1 };
const directory = join(mount, "data");
const filler = join(mount, "filler");

execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", mount]);

const open = () => LevelStore.open({ directory, logger: silent });

function fill(): void {
  const file = openSync(filler, "w");
  try {
    for (let size = 1024 * 1024; size > 0; size = Math.floor(size / 2)) {
      for (const chunk = Buffer.alloc(size, 1); ; ) {
        try {
          if (writeSync(file, chunk) < size) break;
        } catch (error) {
          assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
          break;
        }
      }
    }
  } finally {
    closeSync(file);
  }
}

async function refusal(call: Promise<unknown>): Promise<StoreError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof StoreError, `not a StoreError: ${error}`);
    return error;
  }
  throw new assert.AssertionError({ message: "was not refused" });
}

const append = async (store: RoomStore, text: string) => {
  const update = Buffer.from(text.padEnd(20_000, "."));
  const [outcome] = await store.append([{ room, home, updates: [update] }]);
  assert.ok(outcome?.ok);
  return outcome.cursor;
};

const stored = async (store: RoomStore): Promise<readonly string[]> => {
  const { snapshot, tail } = await store.open(room);
  return [...(snapshot ? [snapshot] : []), ...tail].map((update) =>
    Buffer.from(update).toString().replaceAll(".", ""),
  );
};

let store = await open();
const acknowledged: string[] = [];
let next = 0;
await store.append([{ room: idle, home, updates: [Buffer.from("here")] }]);

for (let cycle = 0; cycle < 3; cycle++) {
  for (let count = 0; count < 20; count++) {
    await append(store, `${next}`);
    acknowledged.push(`${next++}`);
  }
  fill();
  // What still fits into blocks that the log already has is taken, and kept.
  let refused: StoreError | null = null;
  while (!refused) {
    try {
      await append(store, `${next}`);
      acknowledged.push(`${next++}`);
    } catch (error) {
      assert.ok(error instanceof StoreError);
      refused = error;
    }
  }
  assert.equal(refused.code, "FULL");
  assert.equal(refused.transient, true);
  for (let again = 0; again < 3; again++) {
    assert.equal((await refusal(append(store, `${next}`))).code, "FULL");
  }
  const whole = store.compact(room, home, Buffer.from("x"), { epoch: 1, seq: 1 });
  assert.equal((await refusal(whole)).code, "FULL");
  // Rooms are read all the while.
  assert.deepEqual((await store.open(idle)).tail, [Buffer.from("here")]);
  assert.deepEqual(await stored(store), acknowledged);

  if (cycle === 1) {
    await store.close();
    assert.equal((await refusal(open())).code, "FULL");
    unlinkSync(filler);
    store = await open();
  } else {
    unlinkSync(filler);
  }
  // The update that was refused may have reached the log all the same; it comes again.
  await append(store, `${next}`);
  acknowledged.push(`${next++}`);
  const found = await stored(store);
  assert.deepEqual([...new Set(found)], acknowledged);
  const { cursor } = await store.open(room);
  assert.ok(cursor);
  await store.compact(room, home, Buffer.from(acknowledged.join(",")), cursor);
  assert.deepEqual(await stored(store), [acknowledged.join(",")]);
  acknowledged.splice(0, acknowledged.length, acknowledged.join(","));
}

await store.close();
store = await open();
assert.deepEqual(store.damagedRooms(), []);
assert.deepEqual(await stored(store), acknowledged);
await store.close();
process.stdout.write("all held\n");
