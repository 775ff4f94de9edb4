import type { Person } from "@homeroom/client";
import type { CSSProperties, ReactNode } from "react";
import { inkOn } from "../carets/ink.js";

/** A person's colour and initials; decoration beside their name. */
export function Avatar({ person }: { person: Pick<Person, "name" | "color"> }): ReactNode {
  const style = { "--person": person.color, "--person-ink": inkOn(person.color) };
  return (
    <span
      className="avatar"
      aria-hidden="true"
      data-color={person.color}
      style={style as CSSProperties}
    >
      {initialsOf(person.name)}
    </span>
  );
}

/** First letters of the first and the last word. */
function initialsOf(name: string): string {
  const initials = name.split(/\s+/).map((word) => Array.from(word)[0] ?? "");
  const pair = initials.length > 1 ? [initials[0], initials.at(-1)] : initials;
  return pair.join("").toLocaleUpperCase();
}
