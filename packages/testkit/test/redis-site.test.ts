import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { JournalWatch } from "../src/cluster/journal-watch.js";
import { RedisSite } from "../src/cluster/redis-site.js";
import { eventually, Lab } from "../src/index.js";

let lab = new Lab();
afterEach(async () => {
  await lab.close();
  lab = new Lab();
});

/** What a client that comes through a proxy gets for a command; the error where it gets none. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\n`));
    socket.once("data", (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
  });
}

async function site(replica: boolean) {
  const watch = new JournalWatch();
  const redis = lab.own(await RedisSite.start({ replica, aof: true, watch, say: () => undefined }));
  const proxy = await lab.proxy({ port: redis.primary.port });
  redis.addEntrance(proxy);
  return { redis, watch, port: proxy.port };
}

test("a redis that was killed refuses, and comes back with its data, or with none, or with old ones", async () => {
  const { redis, port } = await site(false);
  // As it is set otherwise, a busy disk lets Redis answer up to two seconds before it writes.
  await redis.primary.command("CONFIG", "SET", "appendfsync", "always");
  expect(await ask(port, "SET key one")).toBe("+OK\r\n");
  const dump = await redis.dump();
  await ask(port, "SET key two");
  await redis.kill();
  expect(await ask(port, "GET key")).toBe("ECONNREFUSED");
  await redis.start();
  expect(await ask(port, "GET key")).toBe("$3\r\ntwo\r\n");
  await redis.kill();
  await redis.start(dump);
  expect(await ask(port, "GET key")).toBe("$3\r\none\r\n");
  await redis.kill();
  await redis.start("empty");
  expect(await ask(port, "GET key")).toBe("$-1\r\n");
});

test("after a failover the same way leads to the replica, which is watched", async () => {
  const { redis, watch, port } = await site(true);
  await ask(port, "SET key one");
  await redis.replicated();
  const before = redis.primary;
  await redis.failOver();
  expect(redis.primary).not.toBe(before);
  expect(await ask(port, "GET key")).toBe("$3\r\none\r\n");
  await ask(port, "HSET {docs}:o node ada incarnation 1 epoch 7 state held");
  await eventually(() => watch.rooms.get("docs")?.claims.length === 1);
});
