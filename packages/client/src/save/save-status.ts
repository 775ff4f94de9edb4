import * as InFlight from "./in-flight.js";
import { type Open, type SaveMachine, unsavedOf } from "./save-machine.js";

/**
 * What a person may be told.
 * - `connecting`: the first attempt, or the server's answer, is on its way; nothing waits.
 * - `saving`: changes are on their way, and have been for less than the patience.
 * - `saved`: every change made here is durable at the server.
 * - `unsaved`: changes wait, and the connection is gone or the patience is over.
 * - `offline`: no connection; nothing waits.
 * - `refused`: the server will not have these changes, or this client.
 */
export type SaveState = "connecting" | "saving" | "saved" | "unsaved" | "offline" | "refused";

/** One moment of it. `unsavedChanges` counts Yjs updates made here and not known to be durable. */
export type SaveStatus =
  | {
      readonly state: Exclude<SaveState, "refused">;
      readonly unsavedChanges: number;
    }
  | {
      readonly state: "refused";
      readonly unsavedChanges: number;
      /** What the server said, in its words. */
      readonly reason: string;
      /** Close code, where the server closed for good; null where it refused single changes. */
      readonly code: number | null;
    };

/** What to say of a state at a moment (monotonic milliseconds). SS numbers are in SPEC.md. */
export function statusAt(state: SaveMachine, now: number, patienceMs: number): SaveStatus {
  const unsavedChanges = unsavedOf(state)?.count ?? 0;
  switch (state.phase) {
    case "denied":
      return { state: "refused", unsavedChanges, reason: state.reason, code: state.code };
    case "idle":
    case "lost":
      return { state: unsavedChanges > 0 ? "unsaved" : "offline", unsavedChanges };
    case "starting": {
      const late = now - waitingSince(state) >= patienceMs;
      if (unsavedChanges > 0) return { state: late ? "unsaved" : "saving", unsavedChanges };
      return { state: late ? "offline" : "connecting", unsavedChanges };
    }
    case "open":
      if (state.refusal !== null) {
        return { state: "refused", unsavedChanges, reason: state.refusal.reason, code: null };
      }
      return { state: whileOpen(state, unsavedChanges, now, patienceMs), unsavedChanges };
  }
}

function whileOpen(
  state: Open,
  unsavedChanges: number,
  now: number,
  patienceMs: number,
): Exclude<SaveState, "refused" | "offline"> {
  if (isWaiting(state)) {
    const late = now - waitingSince(state) >= patienceMs;
    const nothingOfOurs = unsavedChanges === 0 && !state.verified;
    if (nothingOfOurs && !(late && state.synced)) return "connecting";
    return late ? "unsaved" : "saving";
  }
  return state.synced && state.verified ? "saved" : "connecting";
}

/** When the words change although nothing happens, or null if they do not. */
export function overdueAt(state: SaveMachine, patienceMs: number): number | null {
  const waits = state.phase === "starting" || (state.phase === "open" && isWaiting(state));
  return waits ? waitingSince(state) + patienceMs : null;
}

/** Whether everything that was changed up to a moment is durable. */
export function isSavedUpTo(state: SaveMachine, moment: number): boolean {
  if (state.phase !== "open" || !state.synced || !state.verified) return false;
  return state.refusal === null && waitingSince(state) > moment;
}

/** Whether changes are without a message, or a message without its acknowledgement. */
function isWaiting(state: Open): boolean {
  return state.unsent !== null || state.acknowledged < state.sent;
}

/** Since when the oldest change, message or attempt waits; `Infinity` where nothing does. */
function waitingSince(state: SaveMachine): number {
  const changed = unsavedOf(state)?.since ?? Infinity;
  if (state.phase === "starting") return Math.min(changed, state.since);
  return state.phase === "open"
    ? Math.min(changed, InFlight.waitingSince(state.inFlight))
    : changed;
}
