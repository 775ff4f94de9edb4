import { once } from "node:events";
import { connect } from "node:net";

/** Commands that a Redis has processed since it started, those in scripts not counted; 0 without one. */
export async function redisCommands(url: string | null): Promise<number> {
  if (url === null) return 0;
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.setTimeout(5_000, () => socket.destroy(new Error(`${url} does not answer`)));
  socket.write("INFO stats\r\n");
  let answer = "";
  for await (const chunk of socket) {
    answer += String(chunk);
    const count = /total_commands_processed:(\d+)\r\n/.exec(answer)?.[1];
    if (count !== undefined) {
      socket.destroy();
      return Number(count);
    }
  }
  throw new Error(`${url} closed the connection`);
}
