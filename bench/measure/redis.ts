import { once } from "node:events";
import { connect } from "node:net";

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
