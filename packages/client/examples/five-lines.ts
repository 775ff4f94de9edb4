import { HomeroomProvider } from "@homeroom/client";
import { basicSetup, EditorView } from "codemirror";
import { yCollab } from "y-codemirror.next";
import { Doc } from "yjs";

const doc = new Doc();
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/five-lines", doc);
const shared = yCollab(doc.getText("text"), provider.awareness);
provider.on("save", ({ state }) => document.body.setAttribute("data-save-state", state));
new EditorView({ parent: document.body, extensions: [basicSetup, shared] });
