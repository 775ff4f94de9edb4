/**
 * A JSON value in localStorage, as a store for `useSyncExternalStore`. What another version of
 * this page (or a curious person) wrote is read through `parse`, which must accept anything. In a
 * browser without storage the value lives as long as the page.
 */
export class Stored<T> {
  readonly #key: string;
  readonly #parse: (value: unknown) => T;
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(key: string, parse: (value: unknown) => T) {
    this.#key = key;
    this.#parse = parse;
    this.#value = parse(this.#read());
  }

  readonly get = (): T => this.#value;

  set(value: T): void {
    this.#value = value;
    try {
      localStorage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // Full or forbidden: it lasts as long as the page, which the class comment promises.
    }
    for (const listener of this.#listeners) listener();
  }

  /** Also hears what other tabs write. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const onStorage = (event: StorageEvent): void => {
      if (event.key !== this.#key) return;
      this.#value = this.#parse(this.#read());
      listener();
    };
    this.#listeners.add(listener);
    window.addEventListener("storage", onStorage);
    return () => {
      this.#listeners.delete(listener);
      window.removeEventListener("storage", onStorage);
    };
  };

  #read(): unknown {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? "null");
    } catch {
      return null;
    }
  }
}
