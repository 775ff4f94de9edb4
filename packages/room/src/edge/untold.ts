import {
  decodeStateVector,
  firstStruct,
  MalformedError,
  type StateVector,
} from "@homeroom/protocol";
import type { UpdateKind } from "../homes.js";

/** So many ticks without a message, and with everything settled, make a client a quiet one. */
const QUIET_TICKS = 5;

/**
 * The messages of a Hocuspocus client of which it must not be told that they are durable. It takes
 * one off its count of unsaved changes for whatever it is told, and at none it says "saved": told
 * of a message that it does not count, it would say so of an edit that is not. It counts
 *
 * - from one again with each SyncStep1 of its own, for the SyncStep2 with which it answers ours:
 *   what it sent before is counted no more;
 * - none of what it wrote while it was away, which it sends one by one after that SyncStep1 and
 *   before that SyncStep2: edits that its SyncStep1 says it has;
 * - no SyncStep2 that answers another question of ours.
 *
 * Source: @hocuspocus/provider 4.8, `HocuspocusProvider.startSync` and
 * `HocuspocusProviderWebsocket.resolveConnectionAttempt`.
 */
export class Untold {
  /** Numbers of messages that are not settled yet. */
  readonly #numbers = new Set<number>();
  /** The client sent a SyncStep1 and has not been sent ours. */
  #awaitsOurs = false;
  /** Other SyncStep1s of ours that it has yet to answer. */
  #questions = 0;
  /** What the client's SyncStep1 says that it has, until it answers ours. */
  #held: Uint8Array | StateVector | null = null;
  /** Updates of deletes alone that came meanwhile: they do not say when they were made. */
  #doubts = 0;
  #receivedAtTick = 0;
  #quietTicks = 0;

  /** We sent the client a SyncStep1. */
  asked(): void {
    if (!this.#awaitsOurs) this.#questions++;
    this.#awaitsOurs = false;
  }

  /** The client sent a SyncStep1, after message `received`, of which `settled` are settled. */
  asks(stateVector: Uint8Array, settled: number, received: number): void {
    this.#awaitsOurs = true;
    this.#held = stateVector;
    this.#doubts = 0;
    for (let number = settled + 1; number <= received; number++) this.#numbers.add(number);
  }

  /** The client sent a SyncStep2 or update. */
  receive(number: number, kind: UpdateKind, update: Uint8Array): void {
    const counted = kind === "step2" ? this.#isAwaited() : !this.#isRepeated(update);
    if (!counted) this.#numbers.add(number);
  }

  add(number: number): void {
    this.#numbers.add(number);
  }

  /** Forgets those up to `number`, which are settled. @returns how many they were */
  take(upTo: number): number {
    let count = 0;
    for (const number of this.#numbers) {
      if (number > upTo) continue;
      this.#numbers.delete(number);
      count++;
    }
    return count;
  }

  /**
   * Looks for how long the client has been quiet; called every second or so. @returns how many
   * doubtful messages to tell of now: if it did not count them, it has then nothing to take off
   */
  tick(settled: number, received: number): number {
    if (this.#doubts === 0) return 0;
    const isQuiet = received === this.#receivedAtTick && received === settled;
    this.#receivedAtTick = received;
    this.#quietTicks = isQuiet ? this.#quietTicks + 1 : 0;
    if (this.#quietTicks < QUIET_TICKS) return 0;
    const doubts = this.#doubts;
    this.#doubts = 0;
    this.#quietTicks = 0;
    return doubts;
  }

  #isAwaited(): boolean {
    if (this.#questions > 0) {
      this.#questions--;
      return false;
    }
    this.#held = null;
    return true;
  }

  /** Whether it says itself that the client wrote it before its SyncStep1, or does not say it. */
  #isRepeated(update: Uint8Array): boolean {
    if (this.#held === null) return false;
    try {
      const first = firstStruct(update);
      if (first === null) {
        this.#doubts++;
        return true;
      }
      if (this.#held instanceof Uint8Array) this.#held = decodeStateVector(this.#held);
      return first.clock < (this.#held.get(first.client) ?? 0);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      // The room refuses it.
      return false;
    }
  }
}
