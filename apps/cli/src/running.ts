/** A part of Homeroom that runs in this process. */
export interface Running {
  /** Where it is reached: `http://127.0.0.1:1234`. */
  readonly url: string;
  /**
   * Resolves with the reason where the process has to end by itself: another process took over its
   * node id. Never rejects.
   */
  readonly ended: Promise<Error>;
  /**
   * Stops listening, makes durable what was accepted, closes everything. A coordinator moves its
   * rooms away first. Idempotent, and bounded by `--drain-timeout`.
   * @param leaving `together` where the whole cluster stops, so that there is nowhere to move rooms
   */
  close(leaving?: Leaving): Promise<void>;
}

export type Leaving = "alone" | "together";

/** For what goes on until it is told to stop. */
export const endless: Promise<never> = new Promise(() => undefined);
