import type { Person } from "@homeroom/client";
import { type ReactNode, Suspense, useState } from "react";
import { late } from "../../shared/late.js";
import { useWords } from "../../words/words.js";
import type { Follow } from "../follow/use-follow.js";
import { Avatar } from "./avatar.js";
import { PersonButton } from "./person-button.js";

const ProfileDialog = late(
  async () => (await import("../../profile/profile-dialog.js")).ProfileDialog,
);
const EverybodyDialog = late(async () => (await import("./everybody-dialog.js")).EverybodyDialog);

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
export function PeopleList({ people, ...following }: Props): ReactNode {
  const words = useWords();
  const [open, setOpen] = useState<"profile" | "everybody" | null>(null);
  const close = (): void => setOpen(null);
  const className = people.length <= FEW ? "people people--few" : "people";
  const more = (): void => setOpen("everybody");
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
                onClick={() => setOpen("profile")}
              >
                <Avatar person={each} />
                <span className="person__name">
                  {each.name} <span className="muted">({words.people.you})</span>
                </span>
              </button>
            ) : (
              <PersonButton person={each} {...following} />
            )}
          </li>
        ))}
        <More beyond={people.length - SHOWN_WIDE} where="wide" onClick={more} />
        <More beyond={people.length - SHOWN_NARROW} where="narrow" onClick={more} />
      </ul>
      <Suspense>
        {open === "profile" && <ProfileDialog onClose={close} />}
        {open === "everybody" && (
          <EverybodyDialog
            others={people.filter(({ isSelf }) => !isSelf)}
            {...following}
            onClose={close}
          />
        )}
      </Suspense>
    </>
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
