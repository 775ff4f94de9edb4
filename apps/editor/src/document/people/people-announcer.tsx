import type { Person } from "@homeroom/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { announceStore } from "../../settings/settings.js";
import { useStored } from "../../shared/use-stored.js";
import { useWords } from "../../words/words.js";

/** Those who come and go together, as after a lost connection, are told together. */
const GATHER_MS = 1000;

/** Tells screen readers politely who joins and leaves, unless somebody does not want to hear it. */
export function PeopleAnnouncer({ people }: { people: readonly Person[] }): ReactNode {
  const words = useWords();
  const wanted = useStored(announceStore);
  const known = useRef<ReadonlyMap<number, string> | null>(null);
  const [said, setSaid] = useState("");

  useEffect(() => {
    const timer = setTimeout(() => {
      const now = new Map(
        people.filter(({ isSelf }) => !isSelf).map(({ clientId, name }) => [clientId, name]),
      );
      const before = known.current;
      known.current = now;
      // Who was here first is in the list.
      if (before === null) return;
      const joined = namesMissingIn(before, now);
      const left = namesMissingIn(now, before);
      const news = [joined && words.people.joined(joined), left && words.people.left(left)];
      const text = news.filter((part) => part !== "").join(" ");
      if (text !== "") setSaid(text);
    }, GATHER_MS);
    return () => clearTimeout(timer);
  }, [people, words]);

  return (
    <p role="status" className="visually-hidden" data-announcer="people">
      {wanted && said}
    </p>
  );
}

/** Names in `names` of those who are not in `others`. */
function namesMissingIn(
  others: ReadonlyMap<number, string>,
  names: ReadonlyMap<number, string>,
): string {
  return [...names].flatMap(([id, name]) => (others.has(id) ? [] : [name])).join(", ");
}
