import { PALETTE } from "@homeroom/client";
import {
  type CSSProperties,
  type FormEvent,
  type ReactNode,
  type Ref,
  type SyntheticEvent,
  useId,
  useSyncExternalStore,
} from "react";
import { useWords } from "../words/words.js";
import { profileStore } from "./profile.js";

/** Lets people choose how others see them. Escape, and a click outside, leave it as it was. */
export function ProfileDialog({ ref }: { ref: Ref<HTMLDialogElement> }): ReactNode {
  const profile = useSyncExternalStore(profileStore.subscribe, profileStore.get);
  const words = useWords();
  const title = useId();

  const save = (event: FormEvent<HTMLFormElement>): void => {
    // Closed by hand: the new profile makes a new form, and a form that is gone closes nothing.
    event.preventDefault();
    event.currentTarget.closest("dialog")?.close();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim();
    profileStore.set({ name: name || profile.name, color: String(form.get("color")) });
  };

  return (
    <dialog
      ref={ref}
      className="profile"
      aria-labelledby={title}
      onClose={forgetEdits}
      closedby="any"
    >
      <form onSubmit={save} key={`${profile.name} ${profile.color}`}>
        <h2 id={title}>{words.profile.title}</h2>
        <label className="profile__name">
          {words.profile.name}
          <input name="name" defaultValue={profile.name} maxLength={40} autoComplete="nickname" />
        </label>
        <fieldset className="profile__colors">
          <legend>{words.profile.color}</legend>
          {PALETTE.map((color, index) => (
            <input
              key={color}
              type="radio"
              name="color"
              value={color}
              defaultChecked={color === profile.color}
              aria-label={`${words.profile.color} ${index + 1}`}
              style={{ "--person": color } as CSSProperties}
            />
          ))}
        </fieldset>
        <button type="submit" className="button button--primary">
          {words.profile.done}
        </button>
      </form>
    </dialog>
  );
}

function forgetEdits(event: SyntheticEvent<HTMLDialogElement>): void {
  event.currentTarget.querySelector("form")?.reset();
}
