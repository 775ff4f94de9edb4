import type { Person } from "@homeroom/client";
import { type ReactNode, useRef, useState } from "react";
import { ProfileDialog } from "../../profile/profile-dialog.js";
import { Dialog } from "../../shared/dialog.js";
import { useWords } from "../../words/words.js";
import type { Follow } from "../follow/use-follow.js";
import { Avatar } from "./avatar.js";

/** Names fit beside so few avatars, on a wide page. */
const FEW = 3;
/** Beyond these, a number stands for the rest; on a narrow page, sooner. */
const SHOWN_WIDE = 8;
const SHOWN_NARROW = 3;

/** Safari drops the role of a list without bullets unless it is spelled out. */
const LIST = { role: "list" } as const;

interface Props extends Follow {
  readonly people: readonly Person[];
}

/** Who is here: oneself first, which opens the profile; the others can be followed. */
export function PeopleList({ people, followed, follow }: Props): ReactNode {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [all, setAll] = useState(false);
  const className = people.length <= FEW ? "people people--few" : "people";
  const others = people.filter(({ isSelf }) => !isSelf);
  const person = (each: Person): ReactNode => (
    <PersonButton
      person={each}
      followed={followed?.clientId === each.clientId}
      onClick={() => follow(followed?.clientId === each.clientId ? null : each.clientId)}
    />
  );
  return (
    <>
      <ul {...LIST} aria-label={words.people.label} className={className}>
        {people.slice(0, SHOWN_WIDE).map((each) => (
          <li key={each.clientId} className="person">
            {each.isSelf ? (
              <button
                type="button"
                className="person__self"
                title={words.profile.open(each.name)}
                aria-haspopup="dialog"
                onClick={() => dialog.current?.showModal()}
              >
                <Avatar person={each} />
                <span className="person__name">
                  {each.name} <span className="muted">({words.people.you})</span>
                </span>
              </button>
            ) : (
              person(each)
            )}
          </li>
        ))}
        <More beyond={people.length - SHOWN_WIDE} where="wide" onClick={() => setAll(true)} />
        <More beyond={people.length - SHOWN_NARROW} where="narrow" onClick={() => setAll(true)} />
      </ul>
      <ProfileDialog ref={dialog} />
      {all && (
        <Dialog title={words.people.label} onClose={() => setAll(false)}>
          <ul {...LIST} className="everybody">
            {others.map((each) => (
              <li key={each.clientId}>{person(each)}</li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

function PersonButton(props: {
  person: Person;
  followed: boolean;
  onClick: () => void;
}): ReactNode {
  const { person, followed, onClick } = props;
  const words = useWords();
  return (
    <button
      type="button"
      className="person__other"
      title={words.people.follow(person.name)}
      aria-pressed={followed}
      onClick={onClick}
    >
      <Avatar person={person} />
      <span className="person__name">{person.name}</span>
    </button>
  );
}

function More(props: { beyond: number; where: "wide" | "narrow"; onClick: () => void }): ReactNode {
  const { beyond, where, onClick } = props;
  const words = useWords();
  if (beyond <= 0) return null;
  return (
    <li className={`person person--more person--more-${where}`}>
      <button
        type="button"
        className="person__other"
        aria-haspopup="dialog"
        aria-label={words.people.more(beyond)}
        onClick={onClick}
      >
        <span className="avatar" aria-hidden="true">
          +{beyond}
        </span>
      </button>
    </li>
  );
}
