import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What a Redis has been asked since it started. */
export interface RedisTraffic {
  /** Commands, those in scripts and pipelines included, as Redis 7 counts them. */
  readonly commands: number;
  /** That came in over the network. */
  readonly bytes: number;
}

/** Nothing where there is no Redis. */
export async function redisTraffic(url: string | null): Promise<RedisTraffic> {
  if (url === null) return { commands: 0, bytes: 0 };
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.setTimeout(5_000, () => socket.destroy(new Error(`${url} does not answer`)));
  socket.write("INFO stats\r\n");
  let answer = "";
  for await (const chunk of socket) {
    answer += String(chunk);
    const commands = /total_commands_processed:(\d+)\r\n/.exec(answer)?.[1];
    const bytes = /total_net_input_bytes:(\d+)\r\n/.exec(answer)?.[1];
    if (commands !== undefined && bytes !== undefined) {
      socket.destroy();
      return { commands: Number(commands), bytes: Number(bytes) };
    }
  }
  throw new Error(`${url} closed the connection`);
}

const CALM_COMMANDS_PER_SECOND = 60;
/** Longer than a room stays open that everybody has left. */
const CALM_SECONDS = 13;
const CALM_WITHIN_SECONDS = 60;

/** Waits until what went before is over: rooms that were left are written anew and given up. */
export async function calm(url: string | null): Promise<void> {
  if (url === null) return;
  let quiet = 0;
  let { commands } = await redisTraffic(url);
  for (let second = 0; second < CALM_WITHIN_SECONDS && quiet < CALM_SECONDS; second++) {
    await pause(1_000);
    const now = await redisTraffic(url);
    quiet = now.commands - commands <= CALM_COMMANDS_PER_SECOND ? quiet + 1 : 0;
    commands = now.commands;
  }
  if (quiet < CALM_SECONDS) throw new Error("Redis does not come to rest");
}
