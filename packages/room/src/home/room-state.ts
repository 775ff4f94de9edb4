import type { RoomStateName } from "../ports.js";

/**
 * ```
 *            loaded            edited
 *  loading ─────────▶ resting ─────────▶ live
 *     ▲                 │ ▲ ◀──────────── │
 *     │     emptied     ▼ │      rested   │
 *     │             closing                │
 *     └────────────────────────────────────┘
 *                   spoiled
 * ```
 *
 * *Resting*: encoded bytes, joins are served, no `Y.Doc`. *Live*: a `Y.Doc` as well.
 * *Closing*: nobody is there, and what was accepted is on its way to the store; whoever comes now
 * finds the room still in memory. *Spoiled*: applying an update threw, so that the document in
 * memory is not to be trusted and is built again from the store.
 */
export type RoomEvent = "loaded" | "edited" | "rested" | "spoiled" | "emptied" | "joined";

/** The next state; the same one where the event changes nothing. */
const transitions: Record<RoomStateName, Record<RoomEvent, RoomStateName>> = {
  loading: {
    loaded: "resting",
    edited: "loading",
    rested: "loading",
    spoiled: "loading",
    emptied: "loading",
    joined: "loading",
  },
  resting: {
    loaded: "resting",
    edited: "live",
    rested: "resting",
    spoiled: "loading",
    emptied: "closing",
    joined: "resting",
  },
  live: {
    loaded: "live",
    edited: "live",
    rested: "resting",
    spoiled: "loading",
    // A live room rests before it closes, so that closing never has a document to lose.
    emptied: "live",
    joined: "live",
  },
  closing: {
    loaded: "closing",
    edited: "closing",
    rested: "closing",
    spoiled: "closing",
    emptied: "closing",
    joined: "resting",
  },
};

export const nextRoomState = (state: RoomStateName, event: RoomEvent): RoomStateName =>
  transitions[state][event];
