/**
 * Why Homeroom closes a socket. Stock y-websocket clients stop for good on 4400–4499 and
 * reconnect on every other code, so the range is part of the meaning.
 */
export const CloseCode = {
  /** This process is leaving; reconnect. */
  leaving: 1012,
  /** Overloaded, or no home can be had now; reconnect. */
  overloaded: 1013,
  /** Malformed or hostile message; stop. */
  malformed: 4400,
  /** No token, a bad token, or a token that expired; stop. */
  unauthenticated: 4401,
  /** Not allowed; stop. */
  forbidden: 4403,
  /** The room was deleted; stop. */
  deleted: 4404,
  /** A message or the document is over its limit; stop. */
  tooLarge: 4413,
  /** Over a rate or connection limit for good; stop. */
  limited: 4429,
  /** Internal error in this room; reconnect. */
  internal: 4500,
  /** Too slow a reader: its buffer was full; reconnect and resync. */
  tooSlow: 4508,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** A reason to close, in the words that the peer reads. At most 123 bytes of UTF-8 (RFC 6455). */
export interface CloseReason {
  readonly code: CloseCode;
  readonly reason: string;
}
