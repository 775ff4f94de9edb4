import { HomeroomProvider } from "@homeroom/client";
import { Editor } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { CollaborationCaret } from "@tiptap/extension-collaboration-caret";
import { StarterKit } from "@tiptap/starter-kit";
import { Doc } from "yjs";

const doc = new Doc();
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/tiptap", doc, {
  warnBeforeLeaving: true,
});
provider.on("save", ({ state }) => document.body.setAttribute("data-save-state", state));

new Editor({
  element: document.querySelector("#editor"),
  extensions: [
    // Collaboration brings an undo of its own, which leaves the edits of others alone.
    StarterKit.configure({ undoRedo: false, trailingNode: false }),
    Collaboration.configure({ document: doc }),
    CollaborationCaret.configure({ provider, user: { name: "Ada", color: "#0369a1" } }),
  ],
});
