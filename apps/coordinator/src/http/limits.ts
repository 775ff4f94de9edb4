/** What a coordinator grants to HTTP requests of its cluster. Times in milliseconds, sizes in bytes. */
export interface NodeServerLimits {
  /** A JSON body: as many room names as may be asked about at once. */
  readonly bodyBytes: number;
  /** An update: at most what a lost home still held, which is a whole document. */
  readonly updateBytes: number;
  readonly headersMs: number;
  readonly requestMs: number;
  readonly keepAliveMs: number;
  readonly connections: number;
  /** For requests under way when the server closes. */
  readonly closeMs: number;
}

const MIB = 1024 * 1024;

export const defaultNodeServerLimits: NodeServerLimits = {
  bodyBytes: 2 * MIB,
  updateBytes: 80 * MIB,
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 10_000,
  connections: 4_000,
  closeMs: 1_000,
};
