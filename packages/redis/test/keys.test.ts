import type { RoomName } from "@homeroom/protocol";
import { expect, test } from "vitest";
import { clusterKeys, keysOf, scratchKey } from "../src/keys.js";
import { slotOf } from "../src/slot.js";

const names = ["docs/plan", "a}b", "}", "{}", "{a}:o", "%7D", "日本語", "homeroom"] as RoomName[];

test("an ordinary name is its own hash tag", () => {
  expect(keysOf("docs/plan" as RoomName)).toEqual({
    owner: "{docs/plan}:o",
    stream: "{docs/plan}:l",
    snapshot: "{docs/plan}:s",
  });
});

test("X8 all keys of a room are in one slot, whatever its name", () => {
  for (const name of names) {
    const { owner, stream, snapshot } = keysOf(name);
    const keys = [owner, stream, snapshot, scratchKey(name)];
    expect(new Set(keys.map((key) => slotOf(key))).size, name).toBe(1);
    expect(owner.indexOf("}"), name).toBe(owner.length - 3);
  }
});

test("X8 no two names share a key, and none has a key of the cluster's", () => {
  const keys = names.flatMap((name) => [...Object.values(keysOf(name)), scratchKey(name)]);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of Object.values(clusterKeys)) expect(keys).not.toContain(key);
  expect(new Set(Object.values(clusterKeys).map((key) => slotOf(key))).size).toBe(1);
});
