import { basicSetup, EditorView } from "codemirror";
import { yCollab } from "y-codemirror.next";
import { WebsocketProvider } from "y-websocket";
import { Doc } from "yjs";

// y-websocket does not encode the room's name for the URL; here it holds a slash.
const room = encodeURIComponent("examples/y-websocket");
const doc = new Doc();
const provider = new WebsocketProvider("ws://127.0.0.1:1234", room, doc, {
  params: { token: "only where the server asks for one" },
});
provider.on("sync", (synced) => document.body.setAttribute("data-synced", String(synced)));

const shared = yCollab(doc.getText("text"), provider.awareness);
new EditorView({ parent: document.body, extensions: [basicSetup, shared] });
