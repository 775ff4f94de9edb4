import { HomeroomProvider, insertedText } from "@homeroom/client";
import { basicSetup, EditorView } from "codemirror";
import { yCollab } from "y-codemirror.next";
import { Doc } from "yjs";

const doc = new Doc();
const token = new URLSearchParams(location.search).get("token") ?? "";
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/refused", doc, { token });
const shared = yCollab(doc.getText("text"), provider.awareness);
new EditorView({ parent: document.body, extensions: [basicSetup, shared] });

const notice = document.querySelector("#notice");
provider.on("save", (status) => {
  document.body.setAttribute("data-save-state", status.state);
  if (status.state !== "refused" || notice === null) return;
  const update = provider.unsavedUpdate;
  const text = update === null ? "" : insertedText(update);
  notice.textContent = `Not saved: ${status.reason}. Copy what you wrote: ${text}`;
});
