import { HomeroomProvider } from "@homeroom/client";
import { basicSetup, EditorView } from "codemirror";
import { yCollab } from "y-codemirror.next";
import { Doc } from "yjs";

const doc = new Doc();
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/tokens", doc, {
  token: async () => {
    const answer = await fetch("/my-app/token?room=examples/tokens");
    if (!answer.ok) throw new Error(`no token: ${answer.status}`);
    return await answer.text();
  },
});
provider.on("save", ({ state }) => document.body.setAttribute("data-save-state", state));
provider.on("token-error", (error) => console.warn("Asking for a token again soon.", error));

const shared = yCollab(doc.getText("text"), provider.awareness);
new EditorView({ parent: document.body, extensions: [basicSetup, shared] });
