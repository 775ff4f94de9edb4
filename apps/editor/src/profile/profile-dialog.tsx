import { PALETTE } from "@homeroom/client";
import type { CSSProperties, FormEvent, ReactNode } from "react";
import { Dialog } from "../shared/dialog.js";
import { useStored } from "../shared/use-stored.js";
import { useWords } from "../words/words.js";
import { profileStore } from "./profile.js";

/** Lets people choose how others see them. Escape, and a click outside, leave it as it was. */
export function ProfileDialog({ onClose }: { onClose: () => void }): ReactNode {
  const profile = useStored(profileStore);
  const words = useWords();

  const save = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim();
    profileStore.set({ name: name || profile.name, color: String(form.get("color")) });
    onClose();
  };

  return (
    <Dialog title={words.profile.title} onClose={onClose}>
      <form onSubmit={save} className="profile">
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
    </Dialog>
  );
}
