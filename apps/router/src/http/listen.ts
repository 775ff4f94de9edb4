import type { Server } from "node:http";
import { RouterError, type RouterErrorCode } from "../errors.js";

const FAILURES = new Map<string | undefined, readonly [RouterErrorCode, string]>([
  ["EADDRINUSE", ["PORT_IN_USE", "is in use by another process; stop it or choose another port"]],
  ["EACCES", ["PORT_FORBIDDEN", "may not be used by this user; ports below 1024 often may not"]],
  ["EADDRNOTAVAIL", ["HOST_UNKNOWN", "is not an address of this machine"]],
  ["ENOTFOUND", ["HOST_UNKNOWN", "is not a known host"]],
]);

/**
 * @returns the port that was bound.
 * @throws RouterError whose message names host and port.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const [code, words] = FAILURES.get(error.code) ?? ["LISTEN_FAILED", error.message];
      reject(new RouterError(code, `${formatHost(host)}:${port} ${words}`, { cause: error }));
    };
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.removeListener("error", fail);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** As it is written in a URL. */
export function formatHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
