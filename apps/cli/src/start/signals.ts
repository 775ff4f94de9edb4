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

/** The first signal asks the process to stop, a second one ends it at once. */
export class Signals {
  /** The first one. */
  readonly first: Promise<Signal>;
  #received: { readonly at: number } | null = null;
  readonly #listener: (signal: Signal) => void;

  constructor(env: Environment, exit: (code: number) => void) {
    const echoMs = ECHOING.has(env.npm_lifecycle_event) ? ECHO_MS : 0;
    let resolve: (signal: Signal) => void = () => undefined;
    this.first = new Promise((settle) => {
      resolve = settle;
    });
    this.#listener = (signal) => {
      const now = performance.now();
      if (this.#received === null) {
        this.#received = { at: now };
        resolve(signal);
      } else if (now - this.#received.at >= echoMs) {
        exit(EXIT_CODES[signal]);
      }
    };
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }
}
