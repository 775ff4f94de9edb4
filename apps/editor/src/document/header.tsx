import type { Person, SaveStatus } from "@homeroom/client";
import type { ReactNode } from "react";
import { Logo } from "../shared/logo.js";
import { words } from "../words.js";
import { CopyLink } from "./copy-link.js";
import { PeopleList } from "./people/people-list.js";
import { SaveIndicator } from "./save/save-indicator.js";

interface Props {
  readonly title: string;
  readonly status: SaveStatus;
  readonly people: readonly Person[];
  /** An address with a token in it is one person's own. */
  readonly canShare: boolean;
}

export function Header({ title, status, people, canShare }: Props): ReactNode {
  return (
    <header className="header">
      <a
        className="header__home"
        href="/"
        aria-label={words.document.home}
        title={words.document.home}
      >
        <Logo />
      </a>
      <div className="header__what">
        <h1 className="header__title" title={title || undefined}>
          {title || words.document.untitled}
        </h1>
        <SaveIndicator status={status} />
      </div>
      {canShare && <CopyLink />}
      <PeopleList people={people} />
    </header>
  );
}
