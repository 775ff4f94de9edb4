import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Awareness } from "y-protocols/awareness";
import { type Person, peopleIn, personFrom } from "../people.js";
import { useAwareness } from "./room.js";

/** What somebody may choose of themselves. */
export type Identity = Partial<Pick<Person, "name" | "color">>;

type People = readonly Person[];

/**
 * Everybody in the room: oneself first, the others by name. Renders again when somebody comes,
 * goes or is renamed, not when a caret moves.
 * @param given an awareness; that of the `HomeroomRoom` around unless given
 */
export function usePeople(given?: Awareness): People {
  return usePeopleOf(useAwareness(given), peopleIn);
}

/** Oneself, and how to change one's name or colour. */
export function useSelf(given?: Awareness): [self: Person, change: (identity: Identity) => void] {
  const awareness = useAwareness(given);
  const [self] = usePeopleOf(awareness, selfIn);
  const change = useCallback(
    (identity: Identity) => {
      const { user } = awareness.getLocalState() ?? {};
      awareness.setLocalStateField("user", { ...user, ...identity });
    },
    [awareness],
  );
  return [self as Person, change];
}

const selfIn = (awareness: Awareness): People => [
  personFrom(awareness.clientID, awareness.getLocalState(), true),
];

function usePeopleOf(awareness: Awareness, read: (awareness: Awareness) => People): People {
  const store = useMemo(() => peopleStore(awareness, read), [awareness, read]);
  return useSyncExternalStore(store.subscribe, store.read, store.read);
}

/** Gives the same list until it differs, as a store must. */
function peopleStore(
  awareness: Awareness,
  read: (awareness: Awareness) => People,
): { subscribe: (listener: () => void) => () => void; read: () => People } {
  let people = read(awareness);
  const current = (): People => {
    const now = read(awareness);
    if (!isSame(now, people)) people = now;
    return people;
  };
  return {
    subscribe: (listener) => {
      awareness.on("change", listener);
      return () => awareness.off("change", listener);
    },
    read: current,
  };
}

const isSame = (a: People, b: People): boolean =>
  a.length === b.length &&
  a.every((person, index) => {
    const other = b[index];
    return (
      person.clientId === other?.clientId &&
      person.name === other.name &&
      person.color === other.color
    );
  });
