import { HomeroomProvider } from "@homeroom/client";
import {
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromTypeIndex,
  Doc,
  type Text,
} from "yjs";

const doc = new Doc();
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/textarea", doc, {
  warnBeforeLeaving: true,
});
provider.on("save", ({ state }) => document.body.setAttribute("data-save-state", state));

const textarea = document.querySelector<HTMLTextAreaElement>("#text");
if (textarea !== null) bind(textarea, doc.getText("text"));

/** Keeps a textarea and a shared text the same, and the caret where it stands. */
function bind(area: HTMLTextAreaElement, text: Text): void {
  area.addEventListener("input", () => {
    const { from, removed, inserted } = difference(text.toString(), area.value);
    text.doc?.transact(() => {
      text.delete(from, removed);
      text.insert(from, inserted);
    }, area);
  });

  // Positions that stay with their letters, taken before somebody else's change is applied.
  let ends = [0, 0].map((index) => createRelativePositionFromTypeIndex(text, index));
  text.doc?.on("beforeTransaction", () => {
    ends = [area.selectionStart, area.selectionEnd].map((index) =>
      createRelativePositionFromTypeIndex(text, index),
    );
  });
  text.observe((_event, { origin }) => {
    if (origin === area) return;
    area.value = text.toString();
    const [start = 0, end = 0] = ends.map(
      (position) => createAbsolutePositionFromRelativePosition(position, doc)?.index ?? 0,
    );
    area.setSelectionRange(start, end);
  });
}

/** The one stretch in which two texts differ. */
function difference(before: string, after: string) {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let same = 0;
  while (same < shorter - from && before.at(-1 - same) === after.at(-1 - same)) same++;
  return {
    from,
    removed: before.length - same - from,
    inserted: after.slice(from, after.length - same),
  };
}
