import type { Editor } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";

import { type ReactNode, useEffect, useState } from "react";
import { useWords } from "../words/words.js";
import { useEditorState } from "./text/use-editor-state.js";

/** Counting waits for a pause, so that it never stands between two keys. */
const PAUSE_MS = 400;

/** How long the text is. */
export function WordCount({ editor }: { editor: Editor }): ReactNode {
  const words = useWords();
  const doc = useEditorState(editor, () => editor.state.doc);
  const [count, setCount] = useState(() => wordsIn(doc));
  useEffect(() => {
    const timer = setTimeout(() => setCount(wordsIn(doc)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [doc]);
  return <span className="word-count">{words.document.words(count)}</span>;
}

/** Words of all languages: for those that write without spaces, browsers have dictionaries. */
function wordsIn(doc: Node): number {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  const text = doc.textBetween(0, doc.content.size, "\n", " ");
  let count = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) count++;
  return count;
}
