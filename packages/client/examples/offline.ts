import { HomeroomProvider } from "@homeroom/client";
import { basicSetup, EditorView } from "codemirror";
import { yCollab } from "y-codemirror.next";
import { IndexeddbPersistence } from "y-indexeddb";
import { Doc } from "yjs";

const room = "examples/offline";
const doc = new Doc();
const store = new IndexeddbPersistence(room, doc);
const provider = new HomeroomProvider("ws://127.0.0.1:1234", room, doc, {
  loaded: store.whenSynced,
  warnBeforeLeaving: true,
});
provider.on("save", ({ state }) => document.body.setAttribute("data-save-state", state));

const shared = yCollab(doc.getText("text"), provider.awareness);
new EditorView({ parent: document.body, extensions: [basicSetup, shared] });
