import type { Extensions } from "@tiptap/core";
import CollaborationCaret from "@tiptap/extension-collaboration-caret";
import { Dropcursor } from "@tiptap/extensions/drop-cursor";
import { Gapcursor } from "@tiptap/extensions/gap-cursor";
import { Placeholder } from "@tiptap/extensions/placeholder";
import { type Profile, profileStore } from "../../profile/profile.js";
import { wordsNow } from "../../words/words.js";
import { CaretAfterUndo } from "../carets/caret-after-undo.js";
import { caretElement } from "../carets/caret-element.js";
import { type CaretState, SafeAwareness } from "../carets/safe-awareness.js";
import { SteadyCaret } from "../carets/steady-caret.js";
import type { OpenDocument } from "../open-document.js";
import { Highlighting } from "./blocks/highlighting.js";
import { Search } from "./find/search.js";
import { ImageFiles } from "./images/image-files.js";
import { LightCollaboration } from "./light-binding.js";
import { schemaExtensions } from "./schema.js";
import { SlashCommands } from "./slash/slash-commands.js";

/** Tiptap's own default, so that any other Tiptap or ProseMirror client can join. */
export const FIELD = "default";

/** What can be written, and how it is shared. */
export function extensionsFor({ doc, provider }: OpenDocument): Extensions {
  const profile: Profile = profileStore.get();
  return [
    ...schemaExtensions(),
    Dropcursor.configure({ color: "var(--accent)", width: 2 }),
    Gapcursor,
    Placeholder.configure({ placeholder: () => wordsNow().document.placeholder }),
    Highlighting,
    ImageFiles,
    Search,
    SlashCommands,
    LightCollaboration.configure({ document: doc, field: FIELD }),
    SteadyCaret,
    CaretAfterUndo,
    CollaborationCaret.configure({
      provider: { awareness: new SafeAwareness(provider.awareness, FIELD) },
      user: { name: profile.name, color: profile.color },
      render: (user) => caretElement(user as CaretState["user"]),
      selectionRender: ({ color }) => ({
        class: "collaboration-carets__selection",
        style: `--person: ${color}`,
      }),
    }),
  ];
}
