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
