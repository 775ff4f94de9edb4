import { Extension } from "@tiptap/core";
import { search } from "prosemirror-search";

/** Marks what `FindBar` looks for. */
export const Search: Extension = Extension.create({
  name: "search",
  addProseMirrorPlugins: () => [search()],
});
