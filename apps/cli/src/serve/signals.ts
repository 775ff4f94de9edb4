import type { Environment } from "@homeroom/config";

type Signal = "SIGINT" | "SIGTERM";

const SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM"];
/** A shell reports a process that a signal ended as 128 plus the signal's number. */
const EXIT_CODES: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * `npm start` and `npx homeroom` pass on the Ctrl-C that the terminal has already sent to every
 * process in the foreground: a signal that follows so closely is the same one.
 */
const ECHO_MS = 500;
const ECHOING: ReadonlySet<string | undefined> = new Set(["start", "npx"]);

/** The process, or a test's stand-in. */
export interface SignalSource {
  on(signal: Signal, listener: (signal: Signal) => void): unknown;
  off(signal: Signal, listener: (signal: Signal) => void): unknown;
}

/** The first signal asks the process to stop, a second one ends it at once. */
export class Signals {
  /** The first one. */
  readonly first: Promise<Signal>;
  /** When it came, on a monotonic clock. */
  #firstAt: number | null = null;
  readonly #source: SignalSource;
  readonly #listener: (signal: Signal) => void;

  /** @param exit Called with an exit code for the second one. */
  constructor(
    source: SignalSource,
    env: Environment,
    exit: (code: number) => void,
    monotonic: () => number = () => performance.now(),
  ) {
    this.#source = source;
    const echoMs = ECHOING.has(env.npm_lifecycle_event) ? ECHO_MS : 0;
    let resolve: (signal: Signal) => void = () => undefined;
    this.first = new Promise((settle) => {
      resolve = settle;
    });
    this.#listener = (signal) => {
      const now = monotonic();
      if (this.#firstAt === null) {
        this.#firstAt = now;
        resolve(signal);
      } else if (now - this.#firstAt >= echoMs) {
        exit(EXIT_CODES[signal]);
      }
    };
    for (const signal of SIGNALS) source.on(signal, this.#listener);
  }

  /**
   * Stops listening, unless a signal has come: the process ends then, and an echo that nobody listens
   * to would end it before it can say how it went.
   */
  close(): void {
    if (this.#firstAt !== null) return;
    for (const signal of SIGNALS) this.#source.off(signal, this.#listener);
  }
}
