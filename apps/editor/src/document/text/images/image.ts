import { Node, nodeInputRule } from "@tiptap/core";

/** `![words](address)`, as in Markdown. */
const TYPED = /(?:^|\s)(!\[(.+)\]\((\S+)\))$/;

/** Images, stored as Tiptap's own extension stores them, without its code for dragging their edges. */
export const Image: Node = Node.create({
  name: "image",
  group: "block",
  draggable: true,

  addAttributes: () => ({
    src: { default: null },
    alt: { default: null },
    title: { default: null },
    width: { default: null },
    height: { default: null },
  }),

  parseHTML: () => [{ tag: "img[src]" }],

  renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],

  parseMarkdown: ({ href, title, text }, helpers) =>
    helpers.createNode("image", { src: href, title, alt: text }),

  renderMarkdown: ({ attrs }) => {
    const title = attrs?.title ? ` "${String(attrs.title)}"` : "";
    return `![${String(attrs?.alt ?? "")}](${String(attrs?.src ?? "")}${title})`;
  },

  addInputRules() {
    return [
      nodeInputRule({
        find: TYPED,
        type: this.type,
        getAttributes: ([, , alt, src]) => ({ alt, src }),
      }),
    ];
  },
});
