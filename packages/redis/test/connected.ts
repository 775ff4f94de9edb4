import type { Announcement } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import { type Logger, systemClock } from "@homeroom/room";
import { eventually } from "@homeroom/testkit";
import { connectRedis, type RedisConnection, type RedisOptions } from "../src/index.js";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export type TestOptions = Partial<RedisOptions> & { readonly url: string };

/** Opens the connections, without waiting for them. */
export const connecting = (options: TestOptions): RedisConnection =>
  connectRedis({
    leaseTtlMs: 1_000,
    clock: systemClock,
    logger: silent,
    onPrimaryChange: () => {},
    ...options,
  });

/**
 * Waits until every connection answers. That they are there does not say so: one whose server has
 * just been restarted may not have heard of it yet.
 */
export async function answering({ directory, store }: RedisConnection): Promise<void> {
  const room = "answering" as RoomName;
  await eventually(
    async () => {
      await directory.renew({ node: "nobody", incarnation: 1 }, "nobody", nothing);
      await directory.nodes();
      await store.positions([room]);
      return await store.open(room);
    },
    { within: 10_000, message: "every connection answers" },
  );
}

const nothing: Announcement = {
  url: "",
  status: "active",
  rooms: 0,
  sessions: 0,
  eventLoopLagMs: 0,
  heapBytes: 0,
};

/** Connections that are there. */
export async function connected(options: TestOptions): Promise<RedisConnection> {
  const connection = connecting(options);
  try {
    await eventually(() => connection.connected, { message: `connected to ${options.url}` });
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}
