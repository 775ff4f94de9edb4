import { parseRoomName } from "@homeroom/protocol";
import type { FastifyRequest } from "fastify";
import type { Principal, PrincipalAuthenticator } from "../auth/principal.js";
import { bearerToken } from "../bearer-token.js";
import type { App } from "./app.js";
import { Problem } from "./problem.js";

/** What a route asks of its caller: access to the room in its path, or to the whole server. */
export type Need = "read" | "write" | "admin" | "operator";

const CALLER = "caller";

const RANK = { read: 0, comment: 1, write: 2, admin: 3 } as const;

/**
 * A hook that lets through who may. It runs before the body is read, so that strangers cannot
 * make the server keep one.
 */
export function demand(
  authenticator: PrincipalAuthenticator,
  need: Need,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const principal = await authenticator.authenticate(bearerToken(request.headers.authorization));
    if (!may(principal, need, request.params)) throw forbidden(need);
    request.setDecorator(CALLER, principal);
  };
}

/** Needed once, before any route whose callers are asked who they are. */
export function rememberCallers(api: App): void {
  api.decorateRequest(CALLER, null);
}

/** Who `demand` let through. */
export function callerOf(request: FastifyRequest): Principal {
  return request.getDecorator<Principal>(CALLER);
}

function may(principal: Principal, need: Need, params: unknown): boolean {
  if (need === "operator") return principal.operator;
  const access = principal.accessTo(roomOf(params));
  return access !== null && RANK[access] >= RANK[need];
}

function roomOf(params: unknown) {
  const raw = typeof params === "object" && params && "room" in params ? params.room : undefined;
  const room = typeof raw === "string" ? parseRoomName(raw) : null;
  if (room === null) throw invalidRoomName();
  return room;
}

export function invalidRoomName(): Problem {
  return new Problem(
    "INVALID_ROOM_NAME",
    "a room name has 1 to 255 bytes of UTF-8, no control characters, and no empty, '.' or '..' " +
      "segment; in a path it is one segment, so a slash is written %2F",
  );
}

function forbidden(need: Need): Problem {
  const detail =
    need === "operator"
      ? "this needs a token with access 'admin' to the rooms '*'"
      : `this needs access '${need}' to the room`;
  return new Problem("FORBIDDEN", detail, {
    headers: { "www-authenticate": 'Bearer realm="homeroom", error="insufficient_scope"' },
  });
}
