/** Everything that can go wrong with a request. A contract: clients act on these words. */
export type ProblemCode =
  | "BAD_REQUEST"
  | "BAD_UPGRADE"
  /** The parameters or the body are not as the API's description says. */
  | "INVALID_REQUEST"
  | "INVALID_ROOM_NAME"
  /** The document has several roots, and the request names none. */
  | "ROOT_REQUIRED"
  | "ROOT_NOT_TEXT"
  | "UPDATE_REFUSED"
  | "TOKEN_MISSING"
  | "TOKEN_INVALID"
  | "TOKEN_EXPIRED"
  | "FORBIDDEN"
  | "ORIGIN_REFUSED"
  | "NOT_FOUND"
  | "ROOM_ABSENT"
  | "ROOT_ABSENT"
  | "UNKNOWN_NODE"
  | "METHOD_NOT_ALLOWED"
  | "REQUEST_TIMEOUT"
  | "UPDATE_GAP"
  | "CONFLICT"
  /** Tokens mean nothing here. */
  | "AUTHENTICATION_OFF"
  | "TOO_LARGE"
  | "URI_TOO_LONG"
  | "UNSUPPORTED_MEDIA_TYPE"
  /** The document cannot be shown as text or JSON; as an update it can be had. */
  | "NOT_RENDERABLE"
  /** No token could name this room alone. */
  | "ROOM_NOT_LINKABLE"
  | "TOO_MANY_REQUESTS"
  | "HEADERS_TOO_LARGE"
  | "INTERNAL"
  | "ROOM_DAMAGED"
  /** Tokens are signed elsewhere. */
  | "LINKS_UNAVAILABLE"
  | "OVERLOADED"
  | "NOT_READY"
  | "NO_HOME"
  | "UNAVAILABLE"
  /** The keys that tokens are checked with cannot be had. */
  | "KEYS_UNAVAILABLE"
  /** The rooms did not answer in time. */
  | "TIMEOUT";

export interface ProblemKind {
  readonly status: number;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number;
}

export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  BAD_REQUEST: { status: 400 },
  BAD_UPGRADE: { status: 400 },
  INVALID_REQUEST: { status: 400 },
  INVALID_ROOM_NAME: { status: 400 },
  ROOT_REQUIRED: { status: 400 },
  ROOT_NOT_TEXT: { status: 400 },
  UPDATE_REFUSED: { status: 400 },
  TOKEN_MISSING: { status: 401 },
  TOKEN_INVALID: { status: 401 },
  TOKEN_EXPIRED: { status: 401 },
  FORBIDDEN: { status: 403 },
  ORIGIN_REFUSED: { status: 403 },
  NOT_FOUND: { status: 404 },
  ROOM_ABSENT: { status: 404 },
  ROOT_ABSENT: { status: 404 },
  UNKNOWN_NODE: { status: 404 },
  METHOD_NOT_ALLOWED: { status: 405 },
  REQUEST_TIMEOUT: { status: 408 },
  UPDATE_GAP: { status: 409 },
  CONFLICT: { status: 409 },
  AUTHENTICATION_OFF: { status: 409 },
  TOO_LARGE: { status: 413 },
  URI_TOO_LONG: { status: 414 },
  UNSUPPORTED_MEDIA_TYPE: { status: 415 },
  NOT_RENDERABLE: { status: 422 },
  ROOM_NOT_LINKABLE: { status: 422 },
  TOO_MANY_REQUESTS: { status: 429, retryAfter: 1 },
  HEADERS_TOO_LARGE: { status: 431 },
  INTERNAL: { status: 500 },
  ROOM_DAMAGED: { status: 500 },
  LINKS_UNAVAILABLE: { status: 501 },
  OVERLOADED: { status: 503, retryAfter: 1 },
  NOT_READY: { status: 503, retryAfter: 1 },
  NO_HOME: { status: 503, retryAfter: 1 },
  UNAVAILABLE: { status: 503, retryAfter: 2 },
  KEYS_UNAVAILABLE: { status: 503, retryAfter: 2 },
  TIMEOUT: { status: 503, retryAfter: 2 },
};
