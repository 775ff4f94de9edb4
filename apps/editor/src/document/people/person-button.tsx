import type { Person } from "@homeroom/client";
import type { ReactNode } from "react";
import { useWords } from "../../words/words.js";
import type { Follow } from "../follow/use-follow.js";
import { Avatar } from "./avatar.js";

/** Somebody else, to be followed, or not any more. */
export function PersonButton(props: Follow & { person: Person }): ReactNode {
  const { person, followed, follow } = props;
  const words = useWords();
  const isFollowed = followed?.clientId === person.clientId;
  return (
    <button
      type="button"
      className="person__other"
      title={words.people.follow(person.name)}
      aria-pressed={isFollowed}
      onClick={() => follow(isFollowed ? null : person.clientId)}
    >
      <Avatar person={person} />
      <span className="person__name">{person.name}</span>
    </button>
  );
}
