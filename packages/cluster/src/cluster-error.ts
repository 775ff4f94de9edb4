export type ClusterErrorCode =
  /** The directory cannot be reached, now; the step may have taken effect. */
  | "UNAVAILABLE"
  /** This node's lease is not held, so it may not claim. */
  | "NO_LEASE"
  /** The room is not at home on this node. */
  | "NOT_HOME"
  /** The directory's primary has changed: claims wait until every home has had time to return. */
  | "CLAIMS_WAIT"
  /** The directory was closed. */
  | "CLOSED";

export class ClusterError extends Error {
  readonly code: ClusterErrorCode;
  /** When the same call may succeed, where that is known. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ClusterErrorCode,
    message: string,
    options: ErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.name = "ClusterError";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
