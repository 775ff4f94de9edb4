import type { Person } from "@homeroom/client";
import { inkOn } from "./ink.js";

/** As Tiptap's documentation names them. */
const CARET = "collaboration-carets__caret";
const LABEL = "collaboration-carets__label";

type Shown = Pick<Person, "clientId" | "name" | "color">;

/** A remote caret with its name; hidden from screen readers, which read the text itself. */
export function caretElement(person: Shown): HTMLElement {
  const caret = document.createElement("span");
  caret.className = CARET;
  caret.dataset.client = String(person.clientId);
  caret.setAttribute("aria-hidden", "true");
  const label = document.createElement("span");
  label.className = LABEL;
  // Word joiners keep a line from breaking at the caret.
  caret.append("\u2060", label, "\u2060");
  describe(caret, person);
  return caret;
}

/** ProseMirror keeps the element of a caret while its person changes name. */
export function updateCarets(root: ParentNode, people: readonly Shown[]): void {
  for (const person of people) {
    for (const caret of caretsOf(root, person.clientId)) describe(caret, person);
  }
}

/** Shows names again that have faded, because their carets moved. */
export function wakeCarets(root: ParentNode, clientIds: readonly number[]): void {
  for (const caret of clientIds.flatMap((id) => caretsOf(root, id))) {
    for (const animation of caret.getAnimations({ subtree: true })) animation.currentTime = 0;
  }
}

/** Turns a name to the left of its caret where it would leave the page on the right. */
export function keepInside(root: HTMLElement): void {
  const edge = root.getBoundingClientRect().right;
  for (const caret of root.querySelectorAll<HTMLElement>(`.${CARET}`)) {
    const width = caret.querySelector<HTMLElement>(`.${LABEL}`)?.offsetWidth ?? 0;
    caret.classList.toggle(`${CARET}--left`, caret.getBoundingClientRect().left + width > edge);
  }
}

/** Scrolls to the caret of somebody. */
export function showCaret(clientId: number): void {
  caretsOf(document, clientId)[0]?.scrollIntoView({ block: "center" });
}

function caretsOf(root: ParentNode, clientId: number): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(`.${CARET}[data-client="${clientId}"]`)];
}

function describe(caret: HTMLElement, { name, color }: Shown): void {
  caret.style.setProperty("--person", color);
  caret.style.setProperty("--person-ink", inkOn(color));
  const label = caret.querySelector(`.${LABEL}`);
  if (label !== null && label.textContent !== name) label.textContent = name;
}
