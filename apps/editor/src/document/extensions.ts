import type { Extensions } from "@tiptap/core";
import Collaboration from "@tiptap/extension-collaboration";
import CollaborationCaret from "@tiptap/extension-collaboration-caret";
import { Placeholder } from "@tiptap/extensions";
import StarterKit from "@tiptap/starter-kit";
import { type Profile, profileStore } from "../profile/profile.js";
import { words } from "../words.js";
import { caretElement } from "./carets/caret-element.js";
import { type CaretState, SafeAwareness } from "./carets/safe-awareness.js";
import type { OpenDocument } from "./open-document.js";

/** Tiptap's own default, so that any other Tiptap or ProseMirror client can join. */
export const FIELD = "default";

/** What can be written, and how it is shared. */
export function extensionsFor({ doc, provider }: OpenDocument): Extensions {
  const profile: Profile = profileStore.get();
  return [
    StarterKit.configure({
      // Collaboration brings its own, which leaves the edits of others alone.
      undoRedo: false,
      // It edits the document by itself, in every browser at once, and in a reader's too.
      trailingNode: false,
      heading: { levels: [1, 2, 3] },
      link: { openOnClick: false, defaultProtocol: "https" },
    }),
    Placeholder.configure({ placeholder: words.document.placeholder }),
    Collaboration.configure({ document: doc, field: FIELD }),
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
