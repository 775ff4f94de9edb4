import type { Editor } from "@tiptap/core";
import { pickFiles } from "../../files/pick-files.js";
import { insertImages } from "./image-files.js";

/** Lets the person choose image files, and inserts them at the caret. */
export function pickImages(editor: Editor): void {
  pickFiles("image/*", (files) => void insertImages(editor, files, null));
}
