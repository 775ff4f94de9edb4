/** What one process grants to HTTP. Times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  /** TCP connections that are not WebSockets: those whose request is unfinished, and idle ones. */
  readonly connections: number;
  /** For the head of a request, an upgrade's among them. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** How often both are looked at. */
  readonly checkMs: number;
  /** An idle connection waits this long for its next request. */
  readonly keepAliveMs: number;
  /** A connection on which nothing moves, in the middle of a request or an answer. */
  readonly stalledMs: number;
  readonly headerBytes: number;
  /** A Yjs update in a request's body. */
  readonly updateBytes: number;
  /** Any other body. */
  readonly bodyBytes: number;
  /** API requests under way. */
  readonly requests: number;
  readonly requestsPerAddress: number;
  /** For an answer of the rooms. */
  readonly serviceMs: number;
  /** Rooms on a page of the listing. */
  readonly pageRooms: number;
  /** Largest document that is turned into text or JSON; larger ones are to be had as an update. */
  readonly renderBytes: number;
}

export const defaultHttpLimits: HttpLimits = {
  connections: 2_000,
  headersMs: 10_000,
  requestMs: 60_000,
  checkMs: 2_000,
  keepAliveMs: 10_000,
  stalledMs: 60_000,
  headerBytes: 16 * 1024,
  updateBytes: 16 * 1024 * 1024,
  bodyBytes: 64 * 1024,
  requests: 512,
  requestsPerAddress: 64,
  serviceMs: 20_000,
  pageRooms: 1_000,
  renderBytes: 8 * 1024 * 1024,
};
