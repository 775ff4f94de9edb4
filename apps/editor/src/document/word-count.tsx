import type { Editor } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../words/words.js";

/** Nobody needs to see each word counted at once. */
const EVERY_MS = 400;

/**
 * How long the text is. Written past React, which looks, whenever it changes the page, how far into
 * the text the caret is: by counting all characters before it, 8 ms in a long document.
 */
export function WordCount({ editor }: { editor: Editor }): ReactNode {
  const words = useWords();
  const shown = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const counter = new WordCounter();
    const look = (): void => {
      timer = null;
      if (editor.isDestroyed || shown.current === null) return;
      shown.current.textContent = words.document.words(counter.count(editor.state.doc));
    };
    // After the text is shown.
    let timer: number | null = window.setTimeout(look);
    const onUpdate = (): void => {
      timer ??= window.setTimeout(look, EVERY_MS);
    };
    editor.on("update", onUpdate);
    return () => {
      if (timer !== null) clearTimeout(timer);
      editor.off("update", onUpdate);
    };
  }, [editor, words]);
  return <span ref={shown} className="word-count" />;
}

/** Words of all languages: for those that write without spaces, browsers have dictionaries. */
class WordCounter {
  readonly #segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  /** A block that did not change is the same object, and is not counted again. */
  readonly #known = new WeakMap<Node, number>();

  count(doc: Node): number {
    let count = 0;
    doc.descendants((node) => {
      if (!node.isTextblock) return true;
      count += this.#countBlock(node);
      return false;
    });
    return count;
  }

  #countBlock(block: Node): number {
    const known = this.#known.get(block);
    if (known !== undefined) return known;
    let count = 0;
    const text = block.textBetween(0, block.content.size, "\n", " ");
    for (const { isWordLike } of this.#segmenter.segment(text)) if (isWordLike) count++;
    this.#known.set(block, count);
    return count;
  }
}
