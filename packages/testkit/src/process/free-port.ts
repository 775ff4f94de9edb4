import { createServer } from "node:net";

/** Below the range from which kernels take the ports of outgoing connections, so none is taken so. */
const firstPort = 20_000;
const lastPort = 31_999;
const attempts = 50;

/**
 * A TCP port on loopback that nobody listens on now. Somebody else may take it before the caller
 * does: callers try again.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`found no free port between ${firstPort} and ${lastPort}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
