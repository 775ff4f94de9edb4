import { personFrom } from "@homeroom/client";
import type { Awareness } from "y-protocols/awareness";
import { type Cursor, safeCursor } from "./safe-cursor.js";

/** What a caret may be drawn from. */
export interface CaretState {
  readonly user: { readonly clientId: number; readonly name: string; readonly color: string };
  readonly cursor: Cursor | null;
}

/**
 * Awareness as the caret extension may see it: the states of others hold nothing but a checked
 * name, colour and cursor. Writing goes to the real awareness.
 */
export class SafeAwareness {
  readonly #awareness: Awareness;
  readonly #field: string;
  /** A state is replaced, never changed, so it needs one check. */
  readonly #checked = new WeakMap<object, CaretState>();

  /** @param field name of the shared type that the text lives in */
  constructor(awareness: Awareness, field: string) {
    this.#awareness = awareness;
    this.#field = field;
  }

  get doc(): Awareness["doc"] {
    return this.#awareness.doc;
  }

  get states(): Map<number, CaretState> {
    return this.getStates();
  }

  getStates(): Map<number, CaretState> {
    const states = new Map<number, CaretState>();
    for (const [clientId, state] of this.#awareness.getStates()) {
      states.set(clientId, this.#check(clientId, state));
    }
    return states;
  }

  readonly getLocalState: Awareness["getLocalState"] = () => this.#awareness.getLocalState();

  readonly setLocalStateField: Awareness["setLocalStateField"] = (field, value) =>
    this.#awareness.setLocalStateField(field, value);

  readonly on: Awareness["on"] = (name, listener) => this.#awareness.on(name, listener);

  readonly off: Awareness["off"] = (name, listener) => this.#awareness.off(name, listener);

  #check(clientId: number, state: unknown): CaretState {
    const holder = typeof state === "object" && state !== null ? state : {};
    const known = this.#checked.get(holder);
    if (known !== undefined) return known;
    const { name, color } = personFrom(clientId, state, false);
    const cursor = safeCursor("cursor" in holder ? holder.cursor : null, this.#field);
    const checked = { user: { clientId, name, color }, cursor };
    this.#checked.set(holder, checked);
    return checked;
  }
}
