import type { Clock, Timer } from "../clock.js";
import { HomeroomClientError } from "../errors.js";
import { initial, next, type SaveEvent, type SaveMachine, unsavedOf } from "./save-machine.js";
import { isSavedUpTo, overdueAt, type SaveStatus, statusAt } from "./save-status.js";

type WithoutTime<E> = E extends SaveEvent ? Omit<E, "at"> : never;

/**
 * The save machine with a clock: takes events, wakes up when the words change by time alone, and
 * tells listeners. `status` is replaced only when it differs, so it can be compared by identity.
 */
export class SaveTracker {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #listeners = new Set<() => void>();
  /** Calls of `whenSaved`; what they wait for need not change the status. */
  readonly #waiting = new Set<() => void>();
  #machine: SaveMachine = initial;
  #status: SaveStatus;
  #alarm: { readonly at: number; readonly timer: Timer } | null = null;
  #destroyed: boolean = false;

  /** @param patienceMs how long changes may wait before `saving` turns to `unsaved` */
  constructor(clock: Clock, patienceMs: number) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#status = statusAt(initial, clock.monotonic(), patienceMs);
  }

  get status(): SaveStatus {
    return this.#status;
  }

  /** How long the oldest unsaved change has waited, in ms; 0 if there is none. */
  get unsavedForMs(): number {
    const unsaved = unsavedOf(this.#machine);
    return unsaved === null ? 0 : this.#clock.monotonic() - unsaved.since;
  }

  /** Runs `listener` after each change of `status`, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  report(event: WithoutTime<SaveEvent>): void {
    if (this.#destroyed) return;
    this.#machine = next(this.#machine, { ...event, at: this.#clock.monotonic() });
    this.#refresh();
  }

  /**
   * Resolves when every change made before the call is durable, whatever is changed meanwhile.
   * @param signal ends the wait; `AbortSignal.timeout(ms)` makes it a deadline
   * @throws HomeroomClientError `refused` or `destroyed`; the signal's reason
   */
  whenSaved(signal?: AbortSignal): Promise<void> {
    const asked = this.#clock.monotonic();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (signal?.aborted) reject(signal.reason as Error);
        else if (this.#destroyed) reject(new HomeroomClientError("destroyed"));
        else if (isSavedUpTo(this.#machine, asked)) resolve();
        else if (this.#status.state === "refused") {
          reject(new HomeroomClientError("refused", this.#status.reason));
        } else return;
        this.#waiting.delete(settle);
        signal?.removeEventListener("abort", settle);
      };
      this.#waiting.add(settle);
      signal?.addEventListener("abort", settle);
      settle();
    });
  }

  /** Ends the wait of everybody. Later events change nothing. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#alarm?.timer.cancel();
    this.#alarm = null;
    for (const settle of this.#waiting) settle();
    this.#listeners.clear();
  }

  #refresh(): void {
    const now = this.#clock.monotonic();
    const status = statusAt(this.#machine, now, this.#patienceMs);
    this.#setAlarm(now);
    const changed = !isSame(status, this.#status);
    if (changed) this.#status = status;
    for (const settle of this.#waiting) settle();
    if (changed) for (const listener of this.#listeners) listener();
  }

  /** An alarm that rings too early looks again, so a keystroke need not move it. */
  #setAlarm(now: number): void {
    const at = overdueAt(this.#machine, this.#patienceMs);
    const next = at !== null && at > now ? at : null;
    if (this.#alarm !== null && next !== null && this.#alarm.at <= next) return;
    this.#alarm?.timer.cancel();
    this.#alarm = next === null ? null : { at: next, timer: this.#ringIn(next - now) };
  }

  #ringIn(ms: number): Timer {
    return this.#clock.after(ms, () => {
      this.#alarm = null;
      this.#refresh();
    });
  }
}

function isSame(a: SaveStatus, b: SaveStatus): boolean {
  if (a.state !== b.state || a.unsavedChanges !== b.unsavedChanges) return false;
  return (
    a.state !== "refused" || (b.state === "refused" && a.reason === b.reason && a.code === b.code)
  );
}
