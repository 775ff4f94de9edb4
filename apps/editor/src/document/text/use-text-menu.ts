import type { Editor } from "@tiptap/core";
import { Code, FileCode, FileDown, FileUp, ListTree, Printer, Search } from "lucide-react";
import type { MenuEntry } from "../../shared/menu.js";
import { useWords } from "../../words/words.js";
import { importMarkdown } from "../files/import-markdown.js";
import { pickFiles } from "../files/pick-files.js";
import { fileName, saveFile } from "../files/save-file.js";
import { setMode } from "../mode.js";
import { importProblemStore } from "./import-notice.js";

interface Context {
  readonly editor: Editor;
  readonly title: string;
  readonly editable: boolean;
  readonly onFind: () => void;
  readonly onOutline: () => void;
}

/** What the menu offers for a document of rich text. */
export function useTextMenu(context: Context): readonly (readonly MenuEntry[])[] {
  const { editor, title, editable, onFind, onOutline } = context;
  const words = useWords();

  const load = (): void => {
    importProblemStore.set(null);
    pickFiles(".md,.markdown,.txt,text/markdown,text/plain", ([file]) => {
      if (file !== undefined) void importMarkdown(editor, file).then(importProblemStore.set);
    });
  };
  const saveMarkdown = async (): Promise<void> => {
    const { toMarkdown } = await import("../files/markdown.js");
    saveFile(fileName(title, "md"), "text/markdown", toMarkdown(editor.getJSON()));
  };
  const saveHtml = async (): Promise<void> => {
    const { htmlPage } = await import("../files/html.js");
    const { lang } = document.documentElement;
    saveFile(fileName(title, "html"), "text/html", htmlPage(title, editor.getHTML(), lang));
  };

  const importing = { id: "import", name: words.menu.importMarkdown, icon: FileUp, run: load };
  return [
    [
      { id: "find", name: words.menu.find, icon: Search, run: onFind },
      { id: "outline", name: words.menu.outline, icon: ListTree, run: onOutline },
    ],
    [
      ...(editable ? [importing] : []),
      {
        id: "markdown",
        name: words.menu.exportMarkdown,
        icon: FileDown,
        run: () => void saveMarkdown(),
      },
      { id: "html", name: words.menu.exportHtml, icon: FileCode, run: () => void saveHtml() },
      { id: "print", name: words.menu.print, icon: Printer, run: () => print() },
    ],
    [{ id: "code", name: words.menu.code, icon: Code, run: () => setMode("code") }],
  ];
}
