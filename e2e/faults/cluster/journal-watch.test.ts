import type { OwnerRecord } from "@homeroom/cluster";
import { registered } from "@homeroom/cluster/contract";
import type { RoomName } from "@homeroom/protocol";
import { connectRedis, type RedisConnection } from "@homeroom/redis";
import { type Logger, systemClock } from "@homeroom/room";
import {
  assertJournalsWhole,
  eventually,
  type FaultProxy,
  JournalWatch,
  readJournals,
} from "@homeroom/testkit";
import { expect } from "vitest";
import * as Y from "yjs";
import { test } from "../../support/test.js";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const room = "docs/watched" as RoomName;
const announcement = {
  ...{ url: "http://127.0.0.1:1", status: "active" as const },
  ...{ rooms: 0, sessions: 0, eventLoopLagMs: 0, heapBytes: 0 },
};

/** Says something that looks like the fields of a snapshot. */
function confusing(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, '"epoch" "of" "nobody" ');
  return Y.encodeStateAsUpdate(doc);
}

const setUp = test.extend("watched", async ({ lab }) => {
  const redis = await lab.redis();
  const watch = new JournalWatch();
  await watch.attach(redis.port);
  lab.own({ close: () => watch.detach() });
  const connect = async (node: string): Promise<RedisConnection> => {
    const proxy: FaultProxy = await lab.proxy({ port: redis.port });
    proxy.onConnect = (port) => watch.addSender(port, node);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const connection = lab.own(
      connectRedis({
        ...{ url, leaseTtlMs: 1_000, clock: systemClock, logger: silent },
        onPrimaryChange: () => {},
      }),
    );
    await eventually(() => connection.connected);
    return connection;
  };
  const claim = async (
    by: RedisConnection,
    node: string,
    previous: OwnerRecord | null = null,
  ): Promise<OwnerRecord> => {
    const { incarnation } = await registered(by.directory, node, node, announcement);
    return (await by.directory.claim(room, { node, incarnation }, previous)).owner;
  };
  const append = async (by: RedisConnection, { node, epoch }: OwnerRecord): Promise<boolean> => {
    const updates = [confusing()];
    const [outcome] = await by.store.append([{ room, home: { node, epoch }, updates }]);
    return outcome?.ok === true;
  };
  return { redis, watch, ada: await connect("ada"), grace: await connect("grace"), claim, append };
});

setUp("homes that follow each other in good order pass", async ({ watched }) => {
  const { redis, watch, ada, grace, claim, append } = watched;
  const first = await claim(ada, "ada");
  // By the script, which begins an epoch, and without.
  expect([await append(ada, first), await append(ada, first)]).toEqual([true, true]);
  const { cursor } = await ada.store.open(room);
  expect(cursor).not.toBeNull();
  if (cursor !== null) await ada.store.compact(room, first, confusing(), cursor);
  const second = await claim(grace, "grace", first);
  expect([await append(grace, second), await append(grace, second)]).toEqual([true, true]);
  // Refused by the fence, under its own epoch: that is what the fence is for.
  expect(await append(ada, first)).toBe(false);
  // What a home puts back is no new claim.
  await grace.directory.reassert(room, second);

  await eventually(() => watch.rooms.get(room)?.writers.get(second.epoch)?.size === 1);
  const seen = watch.rooms.get(room);
  expect(seen?.claims).toEqual([
    { node: "ada", epoch: first.epoch },
    { node: "grace", epoch: second.epoch },
  ]);
  expect([...(seen?.writers ?? [])]).toEqual([
    [first.epoch, new Set(["ada"])],
    [second.epoch, new Set(["grace"])],
  ]);
  watch.assertOneHomePerEpoch();
  const journals = await readJournals(redis.port, [room]);
  assertJournalsWhole(journals, watch);
  // A snapshot, and two records of the second home after it.
  expect(journals[0]?.doc.getText("text").length).toBe(3 * '"epoch" "of" "nobody" '.length);
});

setUp("an epoch with two writers is told", async ({ watched }) => {
  const { watch, ada, grace, claim, append } = watched;
  const owner = await claim(ada, "ada");
  await append(ada, owner);
  await append(grace, owner);
  await eventually(() => watch.rooms.get(room)?.writers.get(owner.epoch)?.size === 2);
  expect(() => watch.assertOneHomePerEpoch()).toThrow(`grace wrote under epoch ${owner.epoch}`);
});

setUp("an epoch that two claim, and one that falls, are told", async ({ watched }) => {
  const { redis, watch, ada, claim } = watched;
  const owner = await claim(ada, "ada");
  const set = (node: string, epoch: number) =>
    redis.command(
      ...["HSET", `{${room}}:o`, "node", node, "incarnation", "1", "epoch", `${epoch}`],
      ...["state", "held"],
    );
  await set("grace", owner.epoch);
  await set("grace", owner.epoch - 1);
  await eventually(() => watch.rooms.get(room)?.claims.length === 3);
  expect(() => watch.assertOneHomePerEpoch()).toThrow(
    `epoch ${owner.epoch} was claimed by grace and by another node\n${room}: grace claimed epoch ${owner.epoch - 1} after`,
  );
});

setUp(
  "a journal with a hole, and one of an epoch that nobody claimed, are told",
  async ({ watched }) => {
    const { redis, watch, ada, claim, append } = watched;
    const owner = await claim(ada, "ada");
    await append(ada, owner);
    const add = (id: string) =>
      redis.command("XADD", `{${room}}:l`, id, "t", "1", "b", "0", "u", "");
    await add(`${owner.epoch}-3`);
    await add(`${owner.epoch + 1}-4`);
    const journals = await readJournals(redis.port, [room]);
    expect(() => assertJournalsWhole(journals, watch)).toThrow(
      `${owner.epoch}-3 follows ${owner.epoch}-1\n${room}: nobody claimed the epoch of ${owner.epoch + 1}-4`,
    );
  },
);
