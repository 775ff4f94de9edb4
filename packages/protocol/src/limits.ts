/** What the wire allows at the most, whoever speaks. Adjustable limits live with their owner. */
export const WireLimits = {
  /** Bytes of UTF-8 in a room name. */
  roomNameBytes: 255,
  /** Largest clock that a struct or a delete range may reach: Yjs packs clocks into 31 bits. */
  clock: 0x8000_0000,
  /** Depth of nested JSON and `any` values, and of shared types. */
  nesting: 100,
  /** Bytes of one client's awareness state, as JSON. */
  awarenessStateBytes: 4096,
  /** Awareness entries in one message: a stock client may echo everybody in a room. */
  awarenessEntries: 65_536,
  /** Bytes of a token. */
  tokenBytes: 8192,
  /** Bytes of a Hocuspocus address: a room name, not yet in NFC, a NUL and a session id. */
  addressBytes: 1024,
  /** Bytes of a close reason (RFC 6455, 5.5.1). */
  closeReasonBytes: 123,
} as const;
