import type { RoomName } from "@homeroom/protocol";

/**
 * The `rooms` claim of a token: exact names, and globs in which `*` stands for any characters,
 * `/` among them.
 */
export class RoomPatterns {
  /** Whether `*` alone is among them, so that every room is included. */
  readonly all: boolean;
  readonly #names = new Set<string>();
  readonly #globs: Glob[] = [];

  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) {
      // Room names are NFC; a claim written otherwise means the same room.
      const normal = pattern.normalize("NFC");
      if (normal.includes("*")) this.#globs.push(parseGlob(normal));
      else this.#names.add(normal);
    }
    this.all = patterns.includes("*");
  }

  include(room: RoomName): boolean {
    return this.#names.has(room) || this.#globs.some((glob) => matches(glob, room));
  }
}

interface Glob {
  readonly prefix: string;
  /** What must occur between prefix and suffix, in this order, without overlapping. */
  readonly middle: readonly string[];
  readonly suffix: string;
}

function parseGlob(pattern: string): Glob {
  const [prefix = "", ...rest] = pattern.split("*");
  const suffix = rest.pop() ?? "";
  return { prefix, middle: rest.filter((part) => part !== ""), suffix };
}

/**
 * Takes each part where it first occurs. The leftmost place leaves the most room for the parts
 * that follow, so no choice is ever revised: one pass over the name whatever the pattern.
 */
function matches({ prefix, middle, suffix }: Glob, name: string): boolean {
  const end = name.length - suffix.length;
  if (end < prefix.length || !name.startsWith(prefix) || !name.endsWith(suffix)) return false;
  let position = prefix.length;
  for (const part of middle) {
    const found = name.indexOf(part, position);
    if (found === -1 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}
