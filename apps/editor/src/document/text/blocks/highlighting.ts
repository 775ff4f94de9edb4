import { Extension } from "@tiptap/core";
import { createHighlightPlugin, type Parser } from "prosemirror-highlight";

/**
 * Colours code blocks. The grammars load with the first block of code; a parser that answers with a
 * promise is asked again when it is there.
 */
export const Highlighting: Extension = Extension.create({
  name: "highlighting",
  addProseMirrorPlugins: () => [
    createHighlightPlugin({ parser: lazily(), nodeTypes: ["codeBlock"] }),
  ],
});

function lazily(): Parser {
  let parser: Parser | null = null;
  let loading: Promise<void> | null = null;
  return (options) => {
    if (parser !== null) return parser(options);
    loading ??= import("./grammars.js").then(
      (loaded) => {
        parser = loaded.parser;
      },
      () => {
        // Offline before it was ever loaded: code stays black, and the next block tries again.
        loading = null;
        parser = null;
      },
    );
    return loading;
  };
}
