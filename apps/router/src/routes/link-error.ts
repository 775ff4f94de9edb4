export type LinkErrorCode =
  /** Nothing listens there: the process is gone. */
  | "REFUSED"
  /** No answer, or none in time. */
  | "UNREACHABLE"
  /** Somebody else answers there, or speaks another version. */
  | "WRONG_PEER"
  /** This router closed it. */
  | "CLOSED";

/** A link could not be opened, or is not open any more. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LinkError";
    this.code = code;
  }
}
