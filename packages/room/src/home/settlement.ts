import type { Clock, Meter } from "../ports.js";
import type { Member } from "./member.js";

/** Tells the sessions of one room, and whoever else waits, what is durable. */
export class Settlement {
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #waiting = new Set<Member>();
  /** Told at each advance, and that there will be none any more. */
  #awaiting: readonly ((closed: boolean) => void)[] = [];
  #durable = 0;

  constructor(options: { clock: Clock; meter: Meter }) {
    this.#clock = options.clock;
    this.#meter = options.meter;
  }

  /** The journal position up to which everything is durable. */
  get durable(): number {
    return this.#durable;
  }

  /** The message's content is in the journal up to `position`. */
  expect(member: Member, number: number, position: number, at: number): void {
    if (!member.acknowledgements || member.gone) return;
    member.acknowledgements.expect(number, position, at);
    this.#tell(member);
  }

  /** The message was not applied, and cannot be before the session sends what the room lacks. */
  expectResent(member: Member, number: number, at: number): void {
    if (!member.acknowledgements || member.gone) return;
    member.acknowledgements.expectResent(number, at);
    this.#waiting.add(member);
  }

  /** The session has sent all that it holds, which is in the journal up to `position`. */
  resent(member: Member, position: number): void {
    member.acknowledgements?.resent(position);
  }

  advance(durable: number): void {
    this.#durable = durable;
    for (const member of this.#waiting) this.#tell(member);
    for (const look of this.#awaiting) look(false);
  }

  /** Whether everything up to `position` becomes durable in time; not, where the room ends before. */
  async reaches(position: number, timeoutMs: number): Promise<boolean> {
    if (this.#durable >= position) return true;
    return await new Promise<boolean>((resolve) => {
      const end = (reached: boolean): void => {
        deadline.cancel();
        this.#awaiting = this.#awaiting.filter((each) => each !== look);
        resolve(reached);
      };
      const look = (closed: boolean): void => {
        if (closed || this.#durable >= position) end(!closed);
      };
      const deadline = this.#clock.after(timeoutMs, () => end(false));
      this.#awaiting = [...this.#awaiting, look];
    });
  }

  /** Nothing more becomes durable here. */
  close(): void {
    for (const look of this.#awaiting) look(true);
  }

  leave(member: Member): void {
    this.#waiting.delete(member);
  }

  #tell(member: Member): void {
    const acknowledgements = member.acknowledgements;
    if (!acknowledgements) return;
    const now = this.#clock.monotonic();
    const settled = acknowledgements.advance(this.#durable, (at) =>
      this.#meter.acknowledged(now - at),
    );
    if (settled !== null) member.audience.settled(member.session, settled);
    if (acknowledgements.waiting && !member.gone) this.#waiting.add(member);
    else this.#waiting.delete(member);
  }
}
