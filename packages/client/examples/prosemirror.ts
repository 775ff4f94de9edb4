import { HomeroomProvider } from "@homeroom/client";
import { baseKeymap } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import { schema } from "prosemirror-schema-basic";
import { EditorState } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import {
  initProseMirrorDoc,
  redo,
  undo,
  yCursorPlugin,
  ySyncPlugin,
  yUndoPlugin,
} from "y-prosemirror";
import { Doc } from "yjs";

const doc = new Doc();
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/prosemirror", doc, {
  warnBeforeLeaving: true,
});
provider.on("save", ({ state }) => document.body.setAttribute("data-save-state", state));
provider.awareness.setLocalStateField("user", { name: "Ada", color: "#0369a1" });

// The fragment `default` is the one that Tiptap uses, so both may write in one room.
const fragment = doc.getXmlFragment("default");
const { doc: content, mapping } = initProseMirrorDoc(fragment, schema);
new EditorView(document.querySelector("#editor"), {
  state: EditorState.create({
    doc: content,
    plugins: [
      ySyncPlugin(fragment, { mapping }),
      yCursorPlugin(provider.awareness),
      yUndoPlugin(),
      keymap({ "Mod-z": undo, "Mod-y": redo, "Mod-Shift-z": redo }),
      keymap(baseKeymap),
    ],
  }),
});
