/**
 * Bytes from a peer that break the protocol. The message goes to the peer as the reason of
 * close code 4400, so it is short and says what was wrong.
 */
export class MalformedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MalformedError";
  }
}
