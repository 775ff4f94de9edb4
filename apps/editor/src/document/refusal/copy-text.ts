import type { Editor } from "@tiptap/core";

/**
 * Puts the whole document on the clipboard, formatted and plain. Where the browser does not allow
 * that, it selects the text, so that a key press copies it.
 * @returns whether it is on the clipboard
 */
export async function copyText(editor: Editor): Promise<boolean> {
  try {
    await navigator.clipboard.write([
      new ClipboardItem({
        "text/html": new Blob([editor.getHTML()], { type: "text/html" }),
        "text/plain": new Blob([editor.getText()], { type: "text/plain" }),
      }),
    ]);
    return true;
  } catch {
    getSelection()?.selectAllChildren(editor.view.dom);
    return false;
  }
}
