import { defaultHttpLimits, type HttpLimits } from "./http/limits.js";
import { defaultSocketLimits, type SocketLimits } from "./websocket/limits.js";

/** Everything that the public edge bounds. Times in milliseconds, sizes in bytes. */
export interface RouterLimits {
  readonly sockets: SocketLimits;
  readonly http: HttpLimits;
  readonly shutdown: ShutdownLimits;
}

/** How long each phase of `close()` may take. */
export interface ShutdownLimits {
  /** For the closing handshakes of the clients' sockets. */
  readonly socketsMs: number;
  /** For the requests under way. */
  readonly requestsMs: number;
}

export const defaultRouterLimits: RouterLimits = {
  sockets: defaultSocketLimits,
  http: defaultHttpLimits,
  shutdown: { socketsMs: 2_000, requestsMs: 1_000 },
};
