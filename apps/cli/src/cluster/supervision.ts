/*
 *                ready                died
 *   starting ──────────▶ up ────────────────▶ restarting
 *     ▲  │                                      ▲   │
 *     │  └──────────────── died ────────────────┘   │
 *     └────────────────── pause over ───────────────┘
 *
 *   stop:  starting, up ──▶ stopping ──died──▶ ended      restarting ──▶ ended
 *   died with exit code 2, or too often before it was ever ready: ──▶ ended
 */

/** What becomes of a process that is started again when it dies. Times are monotonic ms. */
export type State =
  | { readonly name: "starting"; readonly record: Record }
  | { readonly name: "up"; readonly record: Record; readonly since: number }
  | { readonly name: "restarting"; readonly record: Record; readonly pauseMs: number }
  | { readonly name: "stopping" }
  | { readonly name: "ended"; readonly why: Ending };

/** How it has done so far. */
interface Record {
  /** Deaths since it was last healthy. */
  readonly deaths: number;
  /** Whether it was ever ready. */
  readonly proven: boolean;
}

export type Ending =
  /** As it was told. */
  | "stopped"
  /** By exit code 2 it says that its settings are wrong, which no restart mends. */
  | "refused"
  /** It was never ready. */
  | "hopeless";

export type Event =
  | { readonly type: "ready"; readonly at: number }
  /** @property code null where a signal ended it */
  | { readonly type: "died"; readonly at: number; readonly code: number | null }
  | { readonly type: "pauseOver" }
  | { readonly type: "stop" };

const HEALTHY_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** Whoever was never ready after so many starts will not be. */
const FIRST_STARTS = 3;
/** See `ExitCode.usage`. */
const WRONG_SETTINGS = 2;

type Cell<Name, Type> = (
  state: Extract<State, { name: Name }>,
  event: Extract<Event, { type: Type }>,
) => State;

type Table = {
  readonly [Name in State["name"]]: { readonly [Type in Event["type"]]: Cell<Name, Type> };
};

const stay = (state: State): State => state;
const ended = (why: Ending) => (): State => ({ name: "ended", why });
const stopping = (): State => ({ name: "stopping" });

const table: Table = {
  starting: {
    ready: ({ record }, { at }) => ({ name: "up", record: { ...record, proven: true }, since: at }),
    died: ({ record }, { code }) => afterDeath(record, code),
    pauseOver: stay,
    stop: stopping,
  },
  up: {
    ready: stay,
    died: ({ record, since }, { at, code }) =>
      afterDeath(at - since >= HEALTHY_MS ? { ...record, deaths: 0 } : record, code),
    pauseOver: stay,
    stop: stopping,
  },
  restarting: {
    ready: stay,
    died: stay,
    pauseOver: ({ record }) => ({ name: "starting", record }),
    stop: ended("stopped"),
  },
  stopping: { ready: stay, died: ended("stopped"), pauseOver: stay, stop: stay },
  ended: { ready: stay, died: stay, pauseOver: stay, stop: stay },
};

function afterDeath({ deaths, proven }: Record, code: number | null): State {
  if (code === WRONG_SETTINGS) return { name: "ended", why: "refused" };
  const record = { deaths: deaths + 1, proven };
  if (!proven && record.deaths >= FIRST_STARTS) return { name: "ended", why: "hopeless" };
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** deaths, LONGEST_PAUSE_MS);
  return { name: "restarting", record, pauseMs };
}

export const begin: State = { name: "starting", record: { deaths: 0, proven: false } };

export function next(state: State, event: Event): State {
  const cell = table[state.name][event.type] as (state: State, event: Event) => State;
  return cell(state, event);
}
