import type { Person } from "@homeroom/client";
import { type ReactNode, useRef } from "react";
import { ProfileDialog } from "../../profile/profile-dialog.js";
import { words } from "../../words.js";
import { Avatar } from "./avatar.js";

/** Names fit beside so few avatars, on a wide page. */
const FEW = 3;
/** Beyond these, a number stands for the rest; on a narrow page, sooner. */
const SHOWN_WIDE = 8;
const SHOWN_NARROW = 3;

/** Safari drops the role of a list without bullets unless it is spelled out. */
const LIST = { role: "list" } as const;

/** Who is here, oneself first: that avatar opens the profile. */
export function PeopleList({ people }: { people: readonly Person[] }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const className = people.length <= FEW ? "people people--few" : "people";
  return (
    <>
      <ul {...LIST} aria-label={words.people.label} className={className}>
        {people.slice(0, SHOWN_WIDE).map((person) => (
          <li key={person.clientId} className="person">
            {person.isSelf ? (
              <button
                type="button"
                className="person__self"
                title={words.profile.open(person.name)}
                aria-haspopup="dialog"
                onClick={() => dialog.current?.showModal()}
              >
                <Avatar person={person} />
                <span className="person__name">
                  {person.name} <span className="muted">({words.people.you})</span>
                </span>
              </button>
            ) : (
              <span className="person__other" title={person.name}>
                <Avatar person={person} />
                <span className="person__name">{person.name}</span>
              </span>
            )}
          </li>
        ))}
        <More beyond={people.length - SHOWN_WIDE} where="wide" />
        <More beyond={people.length - SHOWN_NARROW} where="narrow" />
      </ul>
      <ProfileDialog ref={dialog} />
    </>
  );
}

function More({ beyond, where }: { beyond: number; where: "wide" | "narrow" }): ReactNode {
  if (beyond <= 0) return null;
  return (
    <li className={`person person--more person--more-${where}`}>
      <span className="avatar" aria-hidden="true">
        +{beyond}
      </span>
      <span className="visually-hidden">{words.people.more(beyond)}</span>
    </li>
  );
}
