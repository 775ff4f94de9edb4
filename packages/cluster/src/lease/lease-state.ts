/**
 * A node's lease as the node itself sees it. All times are its own monotonic clock's.
 *
 * ```
 *                registered            failed
 *  registering ─────────────▶ held ─────────────▶ uncertain
 *     ▲    ▲                  │ ▲ ◀────────────────── │
 *     │    │ lapsed           │ │       renewed       │
 *     │    └──────────────────┤ │ renewed             │
 *     │                       ▼ │                     │
 *     └───────────────────── lost ◀───────────────────┘
 *             lapsed                    expired
 * ```
 *
 * From everywhere: `superseded` where a later incarnation of this node registered, and `resigned`.
 */
export type LeaseState =
  /** No lease yet, or none any more: every room is to be claimed anew under a new incarnation. */
  | { readonly name: "registering" }
  | { readonly name: "held"; readonly incarnation: number; readonly deadline: number }
  /** A renewal failed; the lease holds until `deadline` all the same. */
  | { readonly name: "uncertain"; readonly incarnation: number; readonly deadline: number }
  /** The deadline passed. The directory may yet say that the lease never lapsed. */
  | { readonly name: "lost"; readonly incarnation: number }
  /** Another process runs under this node's name; this one must end. */
  | { readonly name: "superseded"; readonly by: number }
  | { readonly name: "resigned" };

export type LeaseEvent =
  /** `deadline`: one TTL after the request was *sent*; `now`: when its answer was read. */
  | {
      readonly name: "registered";
      readonly incarnation: number;
      readonly deadline: number;
      readonly now: number;
    }
  | { readonly name: "renewed"; readonly deadline: number; readonly now: number }
  /** No answer, or an error. */
  | { readonly name: "failed" }
  /** The deadline has passed by this node's clock. */
  | { readonly name: "expired" }
  /** The directory says that the lease ran out, was declared dead or is unknown. */
  | { readonly name: "lapsed" }
  | { readonly name: "superseded"; readonly by: number }
  | { readonly name: "resigned" };

export type LeaseStateName = LeaseState["name"];
type State<Name extends LeaseStateName> = Extract<LeaseState, { name: Name }>;
type Event<Name extends LeaseEvent["name"]> = Extract<LeaseEvent, { name: Name }>;
type Transition<S extends LeaseStateName, E extends LeaseEvent["name"]> = (
  state: State<S>,
  event: Event<E>,
) => LeaseState;
/** A cell for every state and event: one that is missing does not compile. */
type Table = {
  readonly [S in LeaseStateName]: { readonly [E in LeaseEvent["name"]]: Transition<S, E> };
};

const stay = (state: LeaseState): LeaseState => state;
const register = (): LeaseState => ({ name: "registering" });
const supersede = (_: LeaseState, { by }: Event<"superseded">): LeaseState => ({
  name: "superseded",
  by,
});
const resign = (): LeaseState => ({ name: "resigned" });
/** An answer that took longer than the lease itself says nothing about now. */
const hold = (
  incarnation: number,
  { deadline, now }: { deadline: number; now: number },
): LeaseState =>
  now < deadline ? { name: "held", incarnation, deadline } : { name: "lost", incarnation };
const renew = (state: { readonly incarnation: number }, event: Event<"renewed">): LeaseState =>
  hold(state.incarnation, event);
const lose = ({ incarnation }: { readonly incarnation: number }): LeaseState => ({
  name: "lost",
  incarnation,
});

const transitions: Table = {
  registering: {
    registered: (_, event) => hold(event.incarnation, event),
    renewed: stay,
    failed: stay,
    expired: stay,
    lapsed: stay,
    superseded: supersede,
    resigned: resign,
  },
  held: {
    registered: stay,
    renewed: renew,
    failed: ({ incarnation, deadline }) => ({ name: "uncertain", incarnation, deadline }),
    expired: lose,
    lapsed: register,
    superseded: supersede,
    resigned: resign,
  },
  uncertain: {
    registered: stay,
    renewed: renew,
    failed: stay,
    expired: lose,
    lapsed: register,
    superseded: supersede,
    resigned: resign,
  },
  lost: {
    registered: stay,
    renewed: renew,
    failed: stay,
    expired: stay,
    lapsed: register,
    superseded: supersede,
    resigned: resign,
  },
  superseded: {
    registered: stay,
    renewed: stay,
    failed: stay,
    expired: stay,
    lapsed: stay,
    superseded: stay,
    resigned: stay,
  },
  resigned: {
    registered: stay,
    renewed: stay,
    failed: stay,
    expired: stay,
    lapsed: stay,
    superseded: stay,
    resigned: stay,
  },
};

export function nextLeaseState(state: LeaseState, event: LeaseEvent): LeaseState {
  // The table pairs each state with each event; TypeScript cannot follow the pair through the
  // look-up, so the one cast is here.
  const transition = transitions[state.name][event.name] as (
    state: LeaseState,
    event: LeaseEvent,
  ) => LeaseState;
  return transition(state, event);
}

/** Whether the node knows, by its own clock alone, that nobody else may be home to its rooms. */
export const holdsLease = (state: LeaseState): state is State<"held"> | State<"uncertain"> =>
  state.name === "held" || state.name === "uncertain";

/** What a home does with edits while its lease is not held. */
export type LeaseLossPolicy = "continue" | "freeze";

/**
 * Whether edits are accepted. `continue` takes them even so: two homes can only ever lead to a
 * merge, and acknowledgements wait for the fence. A superseded or resigned node takes none.
 */
export function acceptsEdits(state: LeaseState, policy: LeaseLossPolicy): boolean {
  if (holdsLease(state)) return true;
  if (state.name === "superseded" || state.name === "resigned") return false;
  return policy === "continue";
}
