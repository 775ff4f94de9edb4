import { keymap } from "@codemirror/view";
import { HomeroomProvider } from "@homeroom/client";
import { basicSetup, EditorView } from "codemirror";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { Doc, UndoManager } from "yjs";

const doc = new Doc();
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/codemirror", doc, {
  warnBeforeLeaving: true,
});
provider.on("save", ({ state }) => document.body.setAttribute("data-save-state", state));
provider.awareness.setLocalStateField("user", { name: "Ada", color: "#0369a1" });

const text = doc.getText("code");
new EditorView({
  doc: text.toString(),
  parent: document.querySelector("#editor") ?? document.body,
  extensions: [
    // Before the editor's own undo, which would take back the edits of others.
    keymap.of(yUndoManagerKeymap),
    basicSetup,
    yCollab(text, provider.awareness, { undoManager: new UndoManager(text) }),
  ],
});
