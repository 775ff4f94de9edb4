import type { Person } from "@homeroom/client";
import type { ReactNode } from "react";
import { Dialog } from "../../shared/dialog.js";
import { useWords } from "../../words/words.js";
import type { Follow } from "../follow/use-follow.js";
import { PersonButton } from "./person-button.js";

/** Safari drops the role of a list without bullets unless it is spelled out. */
const LIST = { role: "list" } as const;

interface Props extends Follow {
  readonly others: readonly Person[];
  readonly onClose: () => void;
}

/** Everybody else who is here, where the header has no room for them. */
export function EverybodyDialog({ others, onClose, ...follow }: Props): ReactNode {
  const words = useWords();
  return (
    <Dialog title={words.people.label} onClose={onClose}>
      <ul {...LIST} className="everybody">
        {others.map((person) => (
          <li key={person.clientId}>
            <PersonButton person={person} {...follow} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
