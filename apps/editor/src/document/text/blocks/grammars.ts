import { common, createLowlight } from "lowlight";
import type { Parser } from "prosemirror-highlight";
import { createParser } from "prosemirror-highlight/lowlight";

const lowlight = createLowlight(common);
const parse = createParser(lowlight);

/** Guesses the language of a block that names none, or one that is not known here. */
export const parser: Parser = (options) => {
  const known = options.language !== undefined && lowlight.registered(options.language);
  const { language: _, ...unnamed } = options;
  return parse(known ? options : unnamed);
};
