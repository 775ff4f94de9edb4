import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { ySyncPluginKey } from "@tiptap/y-tiptap";

/**
 * Which ProseMirror node shows which type of Yjs. `@tiptap/y-tiptap` forgets all of them with every
 * remote change, after it has forgotten those that changed, and builds the whole document anew:
 * in one of 5,000 paragraphs each letter of somebody else took half a second. What did not change
 * is kept here.
 */
class KeptNodes<Type, Shown> extends Map<Type, Shown> {
  override clear(): void {}
}

/** Remote changes cost what changed, not what the document holds. */
export const KeepNodes: Extension = Extension.create({
  name: "keepNodes",
  addProseMirrorPlugins: () => [keepNodes()],
});

export function keepNodes(): Plugin {
  return new Plugin({
    // The binding is there when the first view of a plugin is made.
    view: ({ state }) => {
      const { binding } = ySyncPluginKey.getState(state);
      binding.mapping = new KeptNodes(binding.mapping);
      return {};
    },
  });
}
