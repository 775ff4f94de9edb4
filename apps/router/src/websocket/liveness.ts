/** Bytes around the payload of a client's control frame: two of header, four of mask. */
const CONTROL_OVERHEAD = 6;

export type Verdict = "alive" | "silent" | "stalled";

/**
 * Whether a peer is still there, judged once per ping from what came and went since the last.
 *
 * A sign of life is a complete message or a control frame. A peer in the middle of a large frame
 * can give none; it lives while the frame grows fast enough. A peer that gives signs of life but
 * leaves a fragmented message unfinished is stalled.
 */
export class Liveness {
  readonly #progressBytes: number;
  /** Judgement needs a ping that could have been answered. */
  #pinged = false;
  #sign = false;
  /** Of the received bytes, what control frames took. */
  #control = 0;
  /** Received, control frames aside, when the last message was complete. */
  #completeAt: number;
  #unfinishedJudged = false;
  #receivedJudged: number;

  /**
   * @param progressBytes What must move between two judgements to count as progress.
   * @param received Bytes that the connection has received so far.
   */
  constructor(progressBytes: number, received: number) {
    this.#progressBytes = progressBytes;
    this.#completeAt = received;
    this.#receivedJudged = received;
  }

  /** @param received Bytes that the connection has received so far, over its whole life. */
  message(received: number): void {
    this.#sign = true;
    // What follows the message in the same read counts as its own, so a peer is never wronged;
    // what it can hide that way is one read, 64 KiB.
    this.#completeAt = received - this.#control;
  }

  controlFrame(payloadBytes: number): void {
    this.#sign = true;
    this.#control += payloadBytes + CONTROL_OVERHEAD;
  }

  /** @param backlog Whether the peer may not have seen the ping yet, for all that is before it. */
  judge(received: number, backlog: boolean): Verdict {
    const content = received - this.#control;
    const slow = content - this.#receivedJudged < this.#progressBytes;
    const unfinished = content > this.#completeAt;
    const completed = this.#completeAt > this.#receivedJudged;

    let verdict: Verdict = "alive";
    if (this.#pinged && !this.#sign && !backlog && slow) verdict = "silent";
    else if (this.#unfinishedJudged && !completed && slow) verdict = "stalled";

    this.#pinged = true;
    this.#sign = false;
    this.#unfinishedJudged = unfinished;
    this.#receivedJudged = content;
    return verdict;
  }
}
