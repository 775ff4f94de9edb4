/**
 * What a client may believe about the safety of its own changes, as a pure state machine.
 *
 *     idle ──connecting──▶ starting ──opened──▶ open ──closed──▶ lost
 *      ▲                      │                 ▲  │               │
 *      │                      └──closed──▶ lost └──┼───opened──────┘
 *      └──disconnected── (any but denied)          └──denied──▶ denied ──connecting──▶ starting
 *
 * Numbers such as SM3 refer to SPEC.md.
 */
import { type Changes, partYoungest, together } from "./changes.js";
import { after, append, changesOf, type InFlight } from "./in-flight.js";

/** A message of this connection that the server refused, and the changes that it carried. */
export interface Refusal {
  readonly number: number;
  readonly reason: string;
  readonly changes: Changes;
}

/** Nobody asked for a connection, or the application ended it. */
export interface Idle {
  readonly phase: "idle";
  readonly unsaved: Changes | null;
}

/** The first attempt to connect. */
export interface Starting {
  readonly phase: "starting";
  readonly since: number;
  readonly unsaved: Changes | null;
}

export interface Open {
  readonly phase: "open";
  /** The client has what the server had. */
  readonly synced: boolean;
  /** Changes that no message of this connection carries. */
  readonly unsent: Changes | null;
  /** How many SyncStep2 and update messages this connection has sent. */
  readonly sent: number;
  /** How many of them are settled, from the first on. */
  readonly acknowledged: number;
  readonly inFlight: InFlight;
  /** Number of the last SyncStep2, which held everything that the server lacked. */
  readonly answered: number | null;
  /** A SyncStep2 of this connection has been acknowledged. */
  readonly verified: boolean;
  readonly refusal: Refusal | null;
}

/** The connection ended, or could not be made; it will be tried again. */
export interface Lost {
  readonly phase: "lost";
  readonly unsaved: Changes | null;
}

/** The server closed for good. */
export interface Denied {
  readonly phase: "denied";
  readonly code: number;
  readonly reason: string;
  readonly unsaved: Changes | null;
}

export type SaveMachine = Idle | Starting | Open | Lost | Denied;

/** What happened, and when (monotonic milliseconds). */
export type SaveEvent = { readonly at: number } & (
  | { readonly type: "changed" }
  | { readonly type: "connecting" }
  | { readonly type: "opened" }
  | { readonly type: "synced" }
  | { readonly type: "sent"; readonly message: "step2" | "update" }
  | { readonly type: "acknowledged"; readonly count: number }
  | { readonly type: "refused"; readonly number: number; readonly reason: string }
  | { readonly type: "closed" }
  | { readonly type: "denied"; readonly code: number; readonly reason: string }
  | { readonly type: "disconnected" }
);

type Phase = SaveMachine["phase"];
type EventType = SaveEvent["type"];
type StateOf<P extends Phase> = Extract<SaveMachine, { phase: P }>;
type EventOf<E extends EventType> = Extract<SaveEvent, { type: E }>;
type Table = {
  readonly [P in Phase]: {
    readonly [E in EventType]: (state: StateOf<P>, event: EventOf<E>) => SaveMachine;
  };
};

export const initial: SaveMachine = { phase: "idle", unsaved: null };

/** Every change that is not known to be durable, whatever became of its message. */
export function unsavedOf(state: SaveMachine): Changes | null {
  if (state.phase !== "open") return state.unsaved;
  const carried = together(changesOf(state.inFlight), state.refusal?.changes ?? null);
  return together(state.unsent, carried);
}

const stay = <S extends SaveMachine>(state: S): S => state;

const change = <S extends Exclude<SaveMachine, Open>>(state: S, event: EventOf<"changed">): S => ({
  ...state,
  unsaved: together(state.unsaved, { count: 1, since: event.at }),
});

const start = (state: SaveMachine, event: EventOf<"connecting">): Starting => ({
  phase: "starting",
  since: event.at,
  unsaved: unsavedOf(state),
});

const open = (state: SaveMachine): Open => ({
  phase: "open",
  synced: false,
  unsent: unsavedOf(state),
  sent: 0,
  acknowledged: 0,
  inFlight: [],
  answered: null,
  verified: false,
  refusal: null,
});

const lose = (state: SaveMachine): Lost => ({ phase: "lost", unsaved: unsavedOf(state) });

const rest = (state: SaveMachine): Idle => ({ phase: "idle", unsaved: unsavedOf(state) });

const deny = (state: SaveMachine, { code, reason }: EventOf<"denied">): Denied => ({
  phase: "denied",
  code,
  reason,
  unsaved: unsavedOf(state),
});

/** SM4: a SyncStep2 carries all that waits; an update carries the change just made. */
function send(state: Open, { message, at }: EventOf<"sent">): Open {
  const number = state.sent + 1;
  if (message === "step2") {
    const carried = state.unsent ?? { count: 0, since: at };
    return {
      ...state,
      sent: number,
      answered: number,
      unsent: null,
      inFlight: append(state.inFlight, number, carried),
    };
  }
  const { youngest, rest: unsent } = partYoungest(state.unsent, at);
  return {
    ...state,
    sent: number,
    unsent,
    inFlight: append(state.inFlight, number, youngest),
  };
}

/** SM5: counts never fall, and cannot be of messages that were not sent. */
function acknowledge(state: Open, { count }: EventOf<"acknowledged">): Open {
  if (count <= state.acknowledged || count > state.sent) return state;
  return withoutCoveredRefusal({
    ...state,
    acknowledged: count,
    inFlight: after(state.inFlight, count),
    verified: state.verified || (state.answered !== null && state.answered <= count),
  });
}

/** SM6: what a refused message carried stays unsaved. */
function refuse(state: Open, { number, reason, at }: EventOf<"refused">): Open {
  if (number < 1 || number > state.sent) return state;
  const message = state.inFlight.find((candidate) => candidate.number === number);
  const carried = { count: message?.count ?? 1, since: message?.since ?? at };
  return withoutCoveredRefusal({
    ...state,
    inFlight: state.inFlight.filter((candidate) => candidate !== message),
    refusal: {
      number: Math.max(number, state.refusal?.number ?? 0),
      reason,
      changes: together(state.refusal?.changes ?? null, carried) ?? carried,
    },
  });
}

/** SM7: a later SyncStep2 held the refused changes again, and this time they are durable. */
function withoutCoveredRefusal(state: Open): Open {
  const { refusal, answered, acknowledged } = state;
  const covered = refusal && answered && answered > refusal.number && answered <= acknowledged;
  return covered ? { ...state, refusal: null } : state;
}

const table: Table = {
  idle: {
    changed: change,
    connecting: start,
    opened: open,
    synced: stay,
    sent: stay,
    acknowledged: stay,
    refused: stay,
    closed: stay,
    denied: deny,
    disconnected: stay,
  },
  starting: {
    changed: change,
    connecting: stay,
    opened: open,
    synced: stay,
    sent: stay,
    acknowledged: stay,
    refused: stay,
    closed: lose,
    denied: deny,
    disconnected: rest,
  },
  open: {
    changed: (state, event) => ({
      ...state,
      unsent: together(state.unsent, { count: 1, since: event.at }),
    }),
    connecting: stay,
    opened: open,
    synced: (state) => ({ ...state, synced: true }),
    sent: send,
    acknowledged: acknowledge,
    refused: refuse,
    closed: lose,
    denied: deny,
    disconnected: rest,
  },
  lost: {
    changed: change,
    connecting: stay,
    opened: open,
    synced: stay,
    sent: stay,
    acknowledged: stay,
    refused: stay,
    closed: stay,
    denied: deny,
    disconnected: rest,
  },
  denied: {
    changed: change,
    connecting: start,
    opened: open,
    synced: stay,
    sent: stay,
    acknowledged: stay,
    refused: stay,
    closed: stay,
    denied: deny,
    disconnected: stay,
  },
};

/** The state after an event. Total: every event has an answer in every state. */
export function next(state: SaveMachine, event: SaveEvent): SaveMachine {
  const step: (state: never, event: never) => SaveMachine = table[state.phase][event.type];
  return step(state as never, event as never);
}
