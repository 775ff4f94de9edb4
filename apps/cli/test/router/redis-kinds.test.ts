import {
  eventually,
  RawClient,
  type RedisProcess,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
} from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Running } from "../../src/running.js";
import { coordinator, get, router } from "./parts.js";

/** Until a primary was replaced, leases were renewed and claims have waited. */
const within = 20_000;

const own = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const part = await starting;
  onTestFinished(() => part.close());
  return part;
};

/** A client that is told what is durable. */
const join = (edge: Running, room: string): Promise<RawClient> =>
  own(RawClient.join(edge.url.replace("http:", "ws:"), room, { ack: true }));

function write(client: RawClient, words: string): void {
  client.edit((doc) => {
    const text = doc.getText("text");
    text.insert(text.length, words);
  });
}

const textOf = ({ doc }: RawClient): string => doc.getText("text").toString();

const ready = async (running: Running): Promise<void> => {
  await eventually(async () => (await get(running, "/readyz")).status === 200, { within });
};

describe("CL32: kinds of Redis", { timeout: 60_000 }, () => {
  it("a Redis Cluster: rooms live on all of its servers, move, and outlast one of them", async () => {
    const redis = await own(startRedisCluster());
    const homes = [
      await coordinator(redis.url, { nodeId: "a" }),
      await coordinator(redis.url, { nodeId: "b" }),
    ];
    const edge = await router(redis.url);
    await ready(edge);
    const rooms = Array.from({ length: 12 }, (_, index) => `docs/${index}`);
    const writers = await Promise.all(rooms.map((room) => join(edge, room)));
    const safe = async (): Promise<void> => {
      await Promise.all(writers.map((writer) => writer.allAcknowledged(within)));
    };
    for (const [index, writer] of writers.entries()) write(writer, `one of ${rooms[index]}`);
    await safe();
    for (const server of redis.servers) expect(await server.command("DBSIZE")).not.toBe("0");
    const listed = (await get(edge, "/api/v1/rooms")).body.rooms as { room: string }[];
    expect(new Set(listed.map(({ room }) => room))).toEqual(new Set(rooms));

    const path = "/api/v1/rooms/docs%2F0";
    const { owner } = (await get(edge, path)).body as { owner: { node: string } };
    const to = owner.node === "a" ? "b" : "a";
    const moved = await fetch(`${edge.url}${path}/move`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ to }),
    });
    expect(await moved.json()).toMatchObject({ from: owner.node, to });

    const [, down] = redis.servers as [RedisProcess, RedisProcess];
    await down.kill();
    for (const writer of writers) write(writer, ", and two");
    await down.start();
    await safe();
    for (const writer of writers) {
      expect(writer.closeInfo).toBeNull();
      await writer.close();
    }
    for (const home of homes) await home.close("together");

    // With an empty disk: all of it is in Redis.
    await coordinator(redis.url, { nodeId: "c" });
    for (const room of rooms)
      expect(textOf(await join(edge, room))).toBe(`one of ${room}, and two`);
  });

  it("a primary that Sentinel replaces: nobody is disconnected, and all of it becomes durable", async () => {
    const redis = await own(startRedisSentinel());
    await coordinator(redis.url);
    const edge = await router(redis.url);
    await ready(edge);
    const [ada, bob] = [await join(edge, "here"), await join(edge, "here")];
    write(ada, "before");
    await ada.allAcknowledged(within);
    await redis.guarding();
    await redis.primary.kill();
    write(ada, ", meanwhile");
    await eventually(() => textOf(bob) === "before, meanwhile");
    await ada.allAcknowledged(within);
    expect(await redis.replica.command("ROLE")).toContain("master");
    expect(await redis.replica.command("XLEN", "{here}:l")).not.toBe("0");
    await ready(edge);
    expect([ada.closeInfo, bob.closeInfo]).toEqual([null, null]);
  });

  it("with --redis-replicas nothing is durable that no replica has", async () => {
    const primary = await own(startRedis());
    const replica = await own(startRedis({ replicaOf: primary }));
    const home = await coordinator(primary.url, { redisReplicas: "1" });
    const edge = await router(primary.url);
    await ready(edge);
    const ada = await join(edge, "here");
    write(ada, "one");
    await ada.allAcknowledged(within);
    const records = async (): Promise<number> => Number(await primary.command("XLEN", "{here}:l"));
    const [before, told] = [await records(), ada.acknowledged];
    replica.pause();
    write(ada, " two");
    const failing = async (): Promise<string> => JSON.stringify((await get(home, "/readyz")).body);
    await eventually(async () => (await failing()).includes("0 of 1 Redis replicas"), { within });
    expect(await records()).toBeGreaterThan(before);
    expect(ada.acknowledged).toBe(told);
    replica.resume();
    await ada.allAcknowledged(within);
    await ready(home);
  });
});
