import type { Meter, RoomStateName } from "../ports.js";

/**
 * ```
 *            loaded             woken
 *  loading ─────────▶ resting ─────────▶ live
 *                       │ ▲ ◀────────────
 *              emptied  │ │     rested
 *                       ▼ │ joined
 *                     closing
 * ```
 *
 * *Resting*: encoded bytes, joins are served, no `Y.Doc`. *Live*: a `Y.Doc` as well, since an edit
 * has *woken* the room; it *rests* when the `Y.Doc` is let go, because nobody edits any more or
 * because an update broke it. *Closing*: nobody is there, and what was accepted is on its way to
 * the store; whoever comes now finds the room still in memory.
 */
export type RoomEvent = "loaded" | "woken" | "rested" | "emptied" | "joined";

/** The next state; the same one where the event changes nothing. */
const transitions: Record<RoomStateName, Record<RoomEvent, RoomStateName>> = {
  loading: {
    loaded: "resting",
    woken: "loading",
    rested: "loading",
    emptied: "loading",
    joined: "loading",
  },
  resting: {
    loaded: "resting",
    woken: "live",
    rested: "resting",
    emptied: "closing",
    joined: "resting",
  },
  live: {
    loaded: "live",
    woken: "live",
    rested: "resting",
    // A live room rests before it closes, so that closing never has a document to lose.
    emptied: "live",
    joined: "live",
  },
  closing: {
    loaded: "closing",
    // An edit of a session that left may have waited for its turn until now.
    woken: "live",
    rested: "closing",
    emptied: "closing",
    joined: "resting",
  },
};

export const nextRoomState = (state: RoomStateName, event: RoomEvent): RoomStateName =>
  transitions[state][event];

/** The state that a room is in, as the meter knows it. */
export class RoomState {
  readonly #meter: Meter;
  #name: RoomStateName = "loading";

  constructor(meter: Meter) {
    this.#meter = meter;
    meter.roomState(null, this.#name);
  }

  get name(): RoomStateName {
    return this.#name;
  }

  enter(event: RoomEvent): void {
    const next = nextRoomState(this.#name, event);
    if (next === this.#name) return;
    this.#meter.roomState(this.#name, next);
    this.#name = next;
  }

  /** The room is over. */
  leave(): void {
    this.#meter.roomState(this.#name, null);
  }
}
