import { parseRoomName } from "@homeroom/protocol";
import { type FormEvent, type ReactNode, useState } from "react";
import { addressOf } from "../route.js";
import { useWords } from "../words/words.js";

/** A document whose name somebody knows already. */
export function OpenByName(): ReactNode {
  const words = useWords();
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState(false);

  const open = (event: FormEvent): void => {
    event.preventDefault();
    const room = parseRoomName(name.trim());
    setWrong(room === null);
    if (room !== null) location.assign(addressOf(room, null));
  };

  return (
    <form className="open-by-name" onSubmit={open} noValidate>
      <input
        aria-label={words.home.openByName}
        aria-invalid={wrong}
        aria-describedby={wrong ? "bad-name" : undefined}
        placeholder={words.home.openByNamePlaceholder}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button">
        {words.home.open}
      </button>
      {wrong && (
        <p id="bad-name" role="alert" className="open-by-name__error">
          {words.home.badName}
        </p>
      )}
    </form>
  );
}
