export type RouterErrorCode =
  /** Something else listens there. */
  | "PORT_IN_USE"
  /** The system does not let this process listen there. */
  | "PORT_FORBIDDEN"
  /** The host is not an address of this machine. */
  | "HOST_UNKNOWN"
  | "LISTEN_FAILED"
  /** `listen` was called twice, or after `close`. */
  | "NOT_IDLE";

export class RouterError extends Error {
  readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RouterError";
    this.code = code;
  }
}
