import type { Clock, Timer } from "../clock.js";
import { HomeroomClientError } from "../errors.js";
import { expiryOf } from "./token-expiry.js";

/** A token, or where to get one: asked before the first connection, and for each successor. */
export type Token = string | (() => string | Promise<string>);

/** A token is renewed this long before it runs out, or after four fifths of its life. */
const RENEW_BEFORE_MS = 30_000;
/** Least time between two questions; doubled after each failure. */
const PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;
/** The longest wait of `setTimeout`. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface TokenListener {
  /** A new token is there. */
  renewed(): void;
  /** The question failed and will be asked again. */
  failed(error: unknown): void;
}

/**
 * Asks an application for tokens: one question at a time, again after a failure, and in time
 * before the token runs out. TK numbers are in SPEC.md.
 */
export class TokenSource {
  readonly #ask: () => string | Promise<string>;
  readonly #clock: Clock;
  readonly #listener: TokenListener;
  #current = "";
  #usable = false;
  #expiresAt = Infinity;
  #renewAt = Infinity;
  /** The token before this one was refused. */
  #refused = false;
  #failures = 0;
  #askedAt = -Infinity;
  /** The question that is under way; an answer to any other is ignored. */
  #question: object | null = null;
  #timer: Timer | null = null;

  constructor(ask: () => string | Promise<string>, clock: Clock, listener: TokenListener) {
    this.#ask = ask;
    this.#clock = clock;
    this.#listener = listener;
  }

  get current(): string {
    return this.#current;
  }

  /** Whether the current token may be shown to the server; if so, it is renewed in time. */
  start(): boolean {
    const now = this.#clock.now();
    if (!this.#usable || now >= this.#expiresAt) return false;
    if (this.#renewAt <= now) this.renew();
    else if (this.#renewAt < Infinity && this.#question === null) {
      this.#wake(Math.min(this.#renewAt - now, MAX_TIMER_MS), () => this.renew());
    }
    return true;
  }

  /** Asks for a token now, or as soon as the last question is long enough ago. */
  renew(): void {
    if (this.#question !== null) return;
    const pause = Math.min(PAUSE_MS * 2 ** this.#failures, MAX_PAUSE_MS);
    const wait = this.#askedAt + pause - this.#clock.monotonic();
    if (wait > 0) this.#wake(wait, () => this.#put());
    else this.#put();
  }

  /** The server refused the current token. @returns whether another is worth a try: once */
  refuse(): boolean {
    this.#usable = false;
    this.#refused = !this.#refused;
    return this.#refused;
  }

  /** The server took the current token. */
  accept(): void {
    this.#refused = false;
  }

  /** Asks no more, until `renew` is called. */
  stop(): void {
    this.#timer?.cancel();
    this.#question = null;
    this.#refused = false;
  }

  #put(): void {
    const question = {};
    this.#question = question;
    this.#askedAt = this.#clock.monotonic();
    const settle = (act: () => void): void => {
      if (this.#question !== question) return;
      this.#question = null;
      act();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        this.#failures++;
        this.renew();
        this.#listener.failed(error);
      });
    this.#wake(ANSWER_WITHIN_MS, () => fail(new HomeroomClientError("no-token")));
    new Promise<string>((resolve) => resolve(this.#ask())).then(
      (token) => settle(() => this.#take(token)),
      fail,
    );
  }

  #take(token: string): void {
    this.#current = token;
    this.#usable = true;
    this.#failures = 0;
    this.#timer?.cancel();
    const now = this.#clock.now();
    const expiresAt = expiryOf(token) ?? Infinity;
    // A fresh token that seems to be over tells of a wrong clock here: the server will decide.
    this.#expiresAt = expiresAt > now ? expiresAt : Infinity;
    this.#renewAt = this.#expiresAt - Math.min(RENEW_BEFORE_MS, (this.#expiresAt - now) / 5);
    this.start();
    this.#listener.renewed();
  }

  #wake(ms: number, task: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(ms, task);
  }
}
