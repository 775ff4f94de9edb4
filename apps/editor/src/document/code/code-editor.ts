import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import {
  bracketMatching,
  indentOnInput,
  LanguageDescription,
  syntaxHighlighting,
} from "@codemirror/language";
import { languages } from "@codemirror/language-data";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import type { Awareness } from "y-protocols/awareness";
import {
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromJSON,
  type Text,
  UndoManager,
} from "yjs";
import { SafeAwareness } from "../carets/safe-awareness.js";

/** Name of the shared text that code mode edits. */
export const CODE = "code";

interface Options {
  readonly parent: HTMLElement;
  readonly text: Text;
  readonly awareness: Awareness;
  /** Its ending names the language, as that of a file does; Markdown without one. */
  readonly room: string;
  readonly editable: boolean;
  readonly label: string;
  readonly placeholder: string;
}

/** A CodeMirror on a shared text. */
export function codeEditor(options: Options): EditorView {
  const { parent, text, awareness, room, editable } = options;
  const undoManager = new UndoManager(text);
  const language = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        lineNumbers(),
        drawSelection(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        bracketMatching(),
        indentOnInput(),
        EditorView.lineWrapping,
        // Classes, which styles/code.css colours for light and dark.
        syntaxHighlighting(classHighlighter),
        language.of(markdown({ codeLanguages: languages })),
        placeholder(options.placeholder),
        EditorState.readOnly.of(!editable),
        EditorView.contentAttributes.of({ "aria-label": options.label }),
        // Escape, then Tab, leaves the text: `indentWithTab` lets go of Tab after Escape.
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap, ...searchKeymap, indentWithTab]),
        yCollab(text, new SafeAwareness(awareness, CODE), { undoManager }),
      ],
    }),
  });
  void languageOf(room).then((extension) => {
    if (extension !== null) view.dispatch({ effects: language.reconfigure(extension) });
  });
  view.focus();
  return view;
}

/** Scrolls to the caret of somebody, where they have one in this text. */
export function showCaret(
  view: EditorView,
  text: Text,
  awareness: Awareness,
  clientId: number,
): void {
  const head = new SafeAwareness(awareness, CODE).getStates().get(clientId)?.cursor?.head;
  if (head === undefined || text.doc === null) return;
  const position = createRelativePositionFromJSON(head);
  const place = createAbsolutePositionFromRelativePosition(position, text.doc);
  if (place?.type !== text) return;
  view.dispatch({ effects: EditorView.scrollIntoView(place.index, { y: "center" }) });
}

async function languageOf(room: string): Promise<Extension | null> {
  const description = LanguageDescription.matchFilename(languages, room.split("/").at(-1) ?? "");
  try {
    return description === null ? null : await description.load();
  } catch {
    // Offline, and never loaded before: the text is there all the same.
    return null;
  }
}
