import type { Awareness } from "y-protocols/awareness";

/** Somebody in the room, as it is safe to show them. */
export interface Person {
  /** Their Yjs client id: one for each open document, not one for each human. */
  readonly clientId: number;
  /** 1 to 40 characters, without control characters or line breaks. */
  readonly name: string;
  /** `#rrggbb`, in lower case. */
  readonly color: string;
  readonly isSelf: boolean;
}

const MAX_NAME = 40;
const NAMELESS = "Anonymous";
const COLOR = /^#[0-9a-f]{6}$/;
/** Control characters, line breaks, and what turns the direction of the text around it. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** Colours that carry white text and stand out on white and on near-black, evenly spaced in hue. */
export const PALETTE: readonly string[] = [
  "#c2410c",
  "#a16207",
  "#4d7c0f",
  "#0f766e",
  "#0369a1",
  "#4338ca",
  "#7e22ce",
  "#be185d",
];

/** One of the colours of the palette; the same for the same number. */
export function paletteColor(seed: number): string {
  return PALETTE[Math.abs(Math.trunc(seed)) % PALETTE.length] ?? "#4338ca";
}

/**
 * Reads `{ user: { name, color } }` from an awareness state, the shape that editors for Yjs share.
 * The state comes from another client and may be anything; the result never is.
 */
export function personFrom(clientId: number, state: unknown, isSelf: boolean): Person {
  const user = fieldOf(state, "user");
  return {
    clientId,
    name: nameFrom(fieldOf(user, "name")),
    color: colorFrom(fieldOf(user, "color")) ?? paletteColor(clientId),
    isSelf,
  };
}

/** Everybody in the room: oneself first, the others by name. */
export function peopleIn(awareness: Awareness): readonly Person[] {
  const people = Array.from(awareness.getStates(), ([clientId, state]) =>
    personFrom(clientId, state, clientId === awareness.clientID),
  );
  return people.sort(
    (a, b) =>
      Number(b.isSelf) - Number(a.isSelf) ||
      a.name.localeCompare(b.name) ||
      a.clientId - b.clientId,
  );
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
}

function nameFrom(value: unknown): string {
  if (typeof value !== "string") return NAMELESS;
  // Cut first, so that a huge string costs nothing; combining marks can still make it wide.
  const plain = value
    .slice(0, 4 * MAX_NAME)
    .replace(UNPRINTABLE, " ")
    .trim();
  return Array.from(plain).slice(0, MAX_NAME).join("").trim() || NAMELESS;
}

function colorFrom(value: unknown): string | null {
  if (typeof value !== "string" || value.length !== 7) return null;
  const color = value.toLowerCase();
  return COLOR.test(color) ? color : null;
}
