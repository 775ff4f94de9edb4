import { connect, createServer, type Socket } from "node:net";

/** Where a connection is passed on to. */
interface Target {
  readonly host: string;
  readonly port: number;
}

/** Passes TCP connections on to each of its targets in turn; one that refuses is passed over. */
export interface RoundRobin {
  close(): Promise<void>;
}

export async function startRoundRobin(
  port: number,
  targets: readonly Target[],
): Promise<RoundRobin> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  };
  const passOn = (client: Socket, attempts: number): void => {
    const target = targets[turn++ % targets.length];
    if (!target || attempts === 0) return void client.destroy();
    const upstream = track(connect(target));
    upstream.once("connect", () => {
      upstream.off("error", next);
      client.pipe(upstream).pipe(client);
      client.once("close", () => upstream.destroy());
      upstream.once("close", () => client.destroy());
    });
    const next = (): void => passOn(client, attempts - 1);
    upstream.once("error", next);
  };
  const server = createServer((client) => passOn(track(client), targets.length));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
