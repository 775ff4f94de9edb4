import { HocuspocusProvider } from "@hocuspocus/provider";
import { basicSetup, EditorView } from "codemirror";
import { yCollab } from "y-codemirror.next";
import { Doc } from "yjs";

const doc = new Doc();
const provider = new HocuspocusProvider({
  url: "ws://127.0.0.1:1234",
  name: "examples/hocuspocus",
  document: doc,
  token: "only where the server asks for one",
  // Homeroom confirms a change when it is durable, so this number says what is not safe yet.
  onUnsyncedChanges: ({ number }) => document.body.setAttribute("data-unsaved", String(number)),
});

const shared = yCollab(doc.getText("text"), provider.awareness);
new EditorView({ parent: document.body, extensions: [basicSetup, shared] });
