import { type Editor, Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { wordsNow } from "../../../words/words.js";
import { imageProblemStore } from "./image-problem.js";
import { ImageError, readImage } from "./read-image.js";

/** Puts pasted and dropped image files into the document. */
export const ImageFiles: Extension = Extension.create({
  name: "imageFiles",
  addProseMirrorPlugins() {
    const { editor } = this;
    return [
      new Plugin({
        props: {
          handlePaste: (_view, event) => take(editor, event.clipboardData, null),
          handleDrop: (view, event, _slice, moved) => {
            if (moved) return false;
            const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
            return take(editor, event.dataTransfer, place?.pos ?? null);
          },
        },
      }),
    ];
  },
});

function take(editor: Editor, data: DataTransfer | null, at: number | null): boolean {
  const files = [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  // What was copied from a page or a word processor has words, and pictures of them.
  if (files.length === 0 || (data?.getData("text/html") !== "" && at === null)) return false;
  if (!editor.isEditable) return true;
  void insertImages(editor, files, at);
  return true;
}

/**
 * Inserts images, one after another, at a position or at the caret; what cannot be inserted is
 * said to the person, and nothing changes.
 */
export async function insertImages(
  editor: Editor,
  files: readonly File[],
  at: number | null,
): Promise<void> {
  imageProblemStore.set(null);
  for (const file of files) {
    try {
      const src = await readImage(file);
      if (editor.isDestroyed) return;
      const alt = file.name.replace(/\.[^.]*$/, "") || wordsNow().image.alt;
      const image = { type: "image", attrs: { src, alt } };
      // Others may have shortened the document while the file was read.
      const size = editor.state.doc.content.size;
      const place = at === null ? editor.state.selection.to : Math.min(at, size);
      editor.chain().insertContentAt(place, image).focus().run();
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      imageProblemStore.set(error.problem);
    }
  }
}
