import type { IncomingMessage } from "node:http";
import { bearerToken } from "../bearer-token.js";

/** What a client asks for in its upgrade request. Upgrades are always for rooms, never routes. */
export interface UpgradeRequest {
  /** The path without its leading slash, still percent-encoded; a room for y-websocket clients. */
  readonly path: string;
  /** From `?token=`, or from `Authorization: Bearer` where the client can send headers. */
  readonly token: string | null;
  /** `?ack=1`: the client wants to be told what is durable. */
  readonly acknowledgements: boolean;
}

/** Never throws. The path is cut by hand: the URL parser would resolve `..` and rewrite names. */
export function parseUpgradeRequest(request: IncomingMessage): UpgradeRequest {
  const target = request.url ?? "/";
  const query = target.indexOf("?");
  const path = query === -1 ? target : target.slice(0, query);
  const parameters = new URLSearchParams(query === -1 ? "" : target.slice(query + 1));
  return {
    path: path.startsWith("/") ? path.slice(1) : path,
    token: parameters.get("token") ?? bearerToken(request.headers.authorization),
    acknowledgements: parameters.get("ack") === "1",
  };
}
