/**
 * Which of one session's messages are durable. Messages are numbered from 1 in the order in which
 * they came, and are settled in that order, so that one number tells it all.
 */
export class Acknowledgements {
  readonly #outstanding: { readonly number: number; position: number; readonly at: number }[] = [];
  #settled = 0;
  #gaps = false;

  /** Whether a message waits for edits that the room lacks. */
  get gaps(): boolean {
    return this.#gaps;
  }

  /** Messages that wait for such a one, and itself. */
  get behindGap(): number {
    return this.#gaps ? this.#outstanding.length : 0;
  }

  /** The message's content is durable once the journal has reached `position`. */
  expect(number: number, position: number, at: number): void {
    this.#outstanding.push({ number, position, at });
  }

  /** The message was not applied: it builds on edits that the room lacks. */
  expectResent(number: number, at: number): void {
    this.#gaps = true;
    this.#outstanding.push({ number, position: UNKNOWN, at });
  }

  /** The session has sent all that it holds, which is durable at `position`: gaps are filled. */
  resent(position: number): void {
    if (!this.#gaps) return;
    this.#gaps = false;
    for (const message of this.#outstanding) {
      if (message.position === UNKNOWN) message.position = position;
    }
  }

  /**
   * The journal has reached `position`.
   * @param observe is told when each newly settled message had arrived
   * @returns the last settled number, or null where it has not changed
   */
  advance(position: number, observe: (at: number) => void): number | null {
    let count = 0;
    for (const message of this.#outstanding) {
      if (message.position > position) break;
      this.#settled = message.number;
      observe(message.at);
      count++;
    }
    if (count === 0) return null;
    this.#outstanding.splice(0, count);
    return this.#settled;
  }

  get waiting(): boolean {
    return this.#outstanding.length > 0;
  }
}

const UNKNOWN = Number.POSITIVE_INFINITY;
