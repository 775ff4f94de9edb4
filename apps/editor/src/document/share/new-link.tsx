import type { RoomName } from "@homeroom/protocol";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { useWords } from "../../words/words.js";
import { AddressField } from "./address-field.js";
import { type LinkWish, type MadeLink, makeLink } from "./make-link.js";

type State = "choosing" | "making" | "forbidden" | "failed" | MadeLink;

interface Props {
  readonly room: RoomName;
  readonly token: string;
  /** This server signs no links. */
  readonly onUnavailable: () => void;
}

/** Makes a link for readers or for writers, that ends by itself. */
export function NewLink({ room, token, onUnavailable }: Props): ReactNode {
  const words = useWords();
  const [state, setState] = useState<State>("choosing");
  const last = useRef(0);

  // What was chosen for a link that is shown no longer holds once something else is chosen.
  const choose = (): void => {
    last.current++;
    setState("choosing");
  };
  const make = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (state === "making") return;
    const form = new FormData(event.currentTarget);
    const access: LinkWish["access"] = form.get("access") === "write" ? "write" : "read";
    const asked = ++last.current;
    setState("making");
    const made = await makeLink(room, token, { access, days: Number(form.get("days")) });
    if (asked !== last.current) return;
    if (made === "unavailable") onUnavailable();
    else setState(made);
  };

  return (
    <>
      <form className="fields" onChange={choose} onSubmit={(event) => void make(event)}>
        <fieldset className="share__access">
          <legend>{words.share.guests}</legend>
          <label className="check">
            <input type="radio" name="access" value="read" defaultChecked />
            {words.share.reading}
          </label>
          <label className="check">
            <input type="radio" name="access" value="write" />
            {words.share.writing}
          </label>
        </fieldset>
        <label className="field">
          {words.share.lasts}
          <select name="days" defaultValue="7">
            <option value="1">{words.share.day}</option>
            <option value="7">{words.share.week}</option>
            <option value="30">{words.share.month}</option>
          </select>
        </label>
        {typeof state === "string" && (
          <button
            type="submit"
            className="button button--primary"
            aria-disabled={state === "making"}
          >
            {state === "making" ? words.share.making : words.share.make}
          </button>
        )}
      </form>
      {(state === "forbidden" || state === "failed") && (
        <p role="alert" className="field__error">
          {words.share[state]}
        </p>
      )}
      {typeof state === "object" && (
        <AddressField address={state.address} note={words.share.ends(timeText(state.expiresAt))} />
      )}
    </>
  );
}

/** In the language of the page. */
function timeText(time: Date): string {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "long",
    timeStyle: "short",
  });
  return format.format(time);
}
