import * as Y from "yjs";
import type { Random } from "../random.js";

/** One edit: where its structs begin among its writer's clocks. */
interface Edit {
  readonly id: string;
  readonly clock: number;
}

/** The root that holds the id of each edit. */
const idsRoot = "edits";
/** The root that edits also type into, so that documents look like documents. */
const textRoot = "text";
/** The root where ballast lies. */
const ballastRoot = "ballast";

export interface WriterOptions {
  /** A new one unless given. */
  readonly doc?: Y.Doc;
  /**
   * Characters that each edit puts in the place of those of the edit before: journals grow by
   * them, documents do not.
   */
  readonly ballast?: number;
}

/**
 * Somebody who types: every edit carries an id that no other edit has, and every id that was
 * acknowledged as durable is remembered.
 */
export class Writer {
  readonly name: string;
  readonly doc: Y.Doc;
  /** Ids of the edits made, oldest first. */
  readonly written: string[] = [];
  readonly acknowledged: Set<string> = new Set();
  /** When each edit was made, by `performance.now()`. */
  readonly writtenAt: Map<string, number> = new Map();
  readonly #random: Random;
  readonly #ballast: number;
  #waiting: Edit[] = [];
  #typing: NodeJS.Timeout | null = null;

  constructor(name: string, random: Random, { doc, ballast }: WriterOptions = {}) {
    this.name = name;
    this.doc = doc ?? new Y.Doc();
    this.#ballast = ballast ?? 0;
    this.#random = random;
  }

  /** Makes one edit and returns its id. */
  write(): string {
    const id = `${this.name}:${this.written.length}`;
    this.written.push(id);
    this.writtenAt.set(id, performance.now());
    this.#waiting.push({ id, clock: this.clock });
    this.doc.transact(() => {
      this.doc.getArray<string>(idsRoot).push([id]);
      const text = this.doc.getText(textRoot);
      const at = this.#random.integer(0, text.length);
      if (text.length > 40 && this.#random.chance(0.2)) {
        text.delete(Math.min(at, text.length - 4), 4);
      } else {
        text.insert(at, `${this.#random.text(this.#random.integer(1, 8))} `);
      }
      if (this.#ballast > 0) {
        const weight = this.#random.text(10).repeat(Math.ceil(this.#ballast / 10));
        this.doc.getMap(ballastRoot).set(this.name, weight);
      }
    });
    return id;
  }

  /** Types until `rest`, an edit about every `ms` milliseconds. */
  type(ms: number): void {
    this.rest();
    const next = (): void => {
      this.#typing = setTimeout(
        () => {
          this.write();
          next();
        },
        this.#random.integer(0, 2 * ms),
      );
    };
    next();
  }

  /** Stops typing. */
  rest(): void {
    if (this.#typing !== null) clearTimeout(this.#typing);
    this.#typing = null;
  }

  /** Edits that are not known to be durable. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The clock that the next edit begins at. */
  get clock(): number {
    return Y.getState(this.doc.store, this.doc.clientID);
  }

  /** Everything from clock `from` up to, not including, `to` is durable. */
  settle(from: number, to: number): void {
    this.#waiting = this.#waiting.filter(({ id, clock }) => {
      const durable = clock >= from && clock < to;
      if (durable) this.acknowledged.add(id);
      return !durable;
    });
  }

  /** Everything written so far is durable. */
  settleAll(): void {
    this.settle(0, Number.POSITIVE_INFINITY);
  }
}

/** The ids of the edits that a document holds, in its order. */
export const editsIn = (doc: Y.Doc): readonly string[] => doc.getArray<string>(idsRoot).toArray();

/**
 * Tells the id of each edit that comes to a document from now on. It looks at what a transaction has
 * added, and not at the event's `changes`, for which Yjs goes through the whole list each time.
 */
export function watchEdits(doc: Y.Doc, onEdit: (id: string) => void): void {
  const ids = doc.getArray<string>(idsRoot);
  ids.observe(({ transaction: { beforeState, afterState } }) => {
    for (const [client, end] of afterState) {
      const begin = beforeState.get(client) ?? 0;
      const structs = begin < end ? (doc.store.clients.get(client) ?? []) : [];
      if (structs.length === 0) continue;
      for (const struct of structs.slice(Y.findIndexSS(structs, begin))) {
        if (!(struct instanceof Y.Item) || struct.parent !== ids || struct.deleted) continue;
        for (const id of struct.content.getContent()) onEdit(id as string);
      }
    }
  });
}
