import { InputRule, Mark, markPasteRule, mergeAttributes } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { linkStore } from "../link/link-store.js";

declare module "@tiptap/core" {
  interface Commands<ReturnType> {
    link: {
      setLink: (attributes: { href: string }) => ReturnType;
      unsetLink: () => ReturnType;
    };
  }
}

/** What a link may lead to; anything else could run as a script of this page. */
const SAFE = /^(?:https?:\/\/|mailto:|tel:)\S+$/i;
const ADDRESS = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/g;
const TYPED = /(?:^|\s)(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])\s$/;

export function isSafeAddress(href: unknown): href is string {
  return typeof href === "string" && SAFE.test(href);
}

/**
 * Links, stored as Tiptap's own extension stores them. That one finds addresses without a scheme
 * too, for which it brings a list of all top-level domains: a twentieth of the first load.
 */
export const Link: Mark = Mark.create({
  name: "link",
  priority: 1000,
  keepOnSplit: false,
  exitable: true,
  inclusive: false,

  addAttributes: () => ({
    href: { default: null },
    target: { default: "_blank" },
    rel: { default: "noopener noreferrer nofollow" },
    class: { default: null },
    title: { default: null },
  }),

  parseHTML: () => [
    {
      tag: "a[href]",
      getAttrs: (element) => (isSafeAddress(element.getAttribute("href")) ? null : false),
    },
  ],

  renderHTML: ({ HTMLAttributes }) => [
    "a",
    // Other clients can write any address into the document.
    mergeAttributes(HTMLAttributes, isSafeAddress(HTMLAttributes.href) ? {} : { href: "" }),
    0,
  ],

  parseMarkdown: (token, helpers) =>
    helpers.applyMark("link", helpers.parseInline(token.tokens ?? []), {
      href: isSafeAddress(token.href) ? token.href : "",
      title: token.title ?? null,
    }),

  renderMarkdown: (node, helpers) =>
    `[${helpers.renderChildren(node)}](${String(node.attrs?.href ?? "")})`,

  addCommands() {
    return {
      setLink:
        ({ href }) =>
        ({ commands }) =>
          isSafeAddress(href) && commands.setMark(this.name, { href }),
      unsetLink:
        () =>
        ({ commands }) =>
          commands.unsetMark(this.name, { extendEmptyMarkRange: true }),
    };
  },

  addKeyboardShortcuts: () => ({
    "Mod-k": () => {
      linkStore.set(true);
      return true;
    },
  }),

  addInputRules() {
    return [
      new InputRule({
        find: TYPED,
        handler: ({ state, range, match }) => {
          const href = match[1] ?? "";
          const from = range.from + match[0].indexOf(href);
          const mark = this.type.create({ href });
          // The space that ended the address is not in the document yet.
          state.tr.addMark(from, from + href.length, mark).insertText(" ", from + href.length);
          state.tr.removeStoredMark(mark);
        },
      }),
    ];
  },

  addPasteRules() {
    return [
      markPasteRule({ find: ADDRESS, type: this.type, getAttributes: ([href]) => ({ href }) }),
    ];
  },

  addProseMirrorPlugins() {
    const { editor } = this;
    return [
      new Plugin({
        props: {
          // An address pasted over words is what the words lead to.
          handlePaste: (_view, event) => {
            const href = event.clipboardData?.getData("text/plain").trim();
            if (editor.state.selection.empty || !isSafeAddress(href)) return false;
            return editor.commands.setLink({ href });
          },
          // A click puts the caret; with Ctrl, or ⌘, it opens.
          handleClick: (_view, _position, event) => {
            if (!(event.ctrlKey || event.metaKey) || !(event.target instanceof Element))
              return false;
            const href = event.target.closest("a")?.href;
            if (!isSafeAddress(href)) return false;
            window.open(href, "_blank", "noopener,noreferrer");
            return true;
          },
        },
      }),
    ];
  },
});
