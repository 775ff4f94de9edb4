import { Extension } from "@tiptap/core";
import { LatePlugin } from "../late-plugin.js";

/** Marks what `FindBar` looks for, which loads it. */
export const searchPlugin: LatePlugin = new LatePlugin("search$", async () =>
  (await import("prosemirror-search")).search(),
);

/** Where the search has its place in the editor. */
export const Search: Extension = Extension.create({
  name: "search",
  addProseMirrorPlugins: () => [searchPlugin.plugin()],
});
