import { randomInt } from "node:crypto";
import * as Y from "yjs";
import { CodePoints, hasWide } from "./code-points.js";
import { type Trace, TraceError, type Txn } from "./trace.js";

/** One transaction as its author's client would have sent it. */
export interface Edit {
  readonly index: number;
  readonly agent: number;
  /** Transactions of others that the author saw for the first time just before this one. */
  readonly seen: readonly number[];
  /** The V1 update; null where the transaction changed nothing. */
  readonly update: Uint8Array | null;
}

export interface ReplayOptions {
  /** Name of the `Y.Text` that is typed into. */
  readonly root: string;
  /** Yjs client ids by agent, ascending; random where absent. */
  readonly clientIds?: readonly number[];
}

/**
 * Types a session, each author on a document of their own that holds exactly what the recording
 * says they had seen. All updates together, in any order, make the session's `endContent`.
 *
 * @throws TraceError `MALFORMED` where an edit lies outside of the text that its author saw.
 */
export function* replay(trace: Trace, options: ReplayOptions): Generator<Edit, void, void> {
  const history = new History(trace);
  const clientIds = options.clientIds ?? randomClientIds(trace.agents);
  const isWide = trace.txns.some(({ patches }) => patches.some(([, , text]) => hasWide(text)));
  const authors = clientIds.map((clientId) => new Author(options.root, clientId, isWide));
  const updates: (Uint8Array | null)[] = [];
  for (const [index, txn] of trace.txns.entries()) {
    const author = authors[txn.agent];
    if (author === undefined) throw new TraceError("MALFORMED", `there is no agent ${txn.agent}`);
    const seen = history.advance(index, txn);
    author.receive(seen.map((other) => updates[other] ?? null));
    const update = author.type(txn, index);
    updates.push(update);
    yield { index, agent: txn.agent, seen, update };
  }
}

/**
 * Ascending, because Yjs puts the lower id first where two insert at one place. A `Y.Text` inserts
 * behind deleted characters, so who replaces a character and who types behind it insert at one
 * place; recordings resolve that in the order of their agents.
 */
function randomClientIds(count: number): readonly number[] {
  const ids = new Set<number>();
  while (ids.size < count) ids.add(randomInt(2 ** 32));
  return [...ids].sort((a, b) => a - b);
}

/** What each author has seen. */
class History {
  readonly #txns: readonly Txn[];
  /** Of each author, how many transactions of each author they have seen. */
  readonly #seen: readonly Uint32Array[];
  /** Of each transaction, its number among those of its author, from 1. */
  readonly #number: Uint32Array;
  /** Of each author, their last transaction; -1 before the first. */
  readonly #last: Int32Array;
  /** Of each transaction, the last one whose history was walked through it. */
  readonly #visited: Int32Array;

  constructor({ txns, agents }: Trace) {
    this.#txns = txns;
    this.#seen = Array.from({ length: agents }, () => new Uint32Array(agents));
    this.#number = new Uint32Array(txns.length);
    this.#last = new Int32Array(agents).fill(-1);
    this.#visited = new Int32Array(txns.length).fill(-1);
  }

  /** The transactions in the history of `index` that its author had not seen, in order. */
  advance(index: number, { agent, parents }: Txn): readonly number[] {
    const seen = this.#seen[agent] ?? new Uint32Array();
    const last = this.#last[agent] ?? -1;
    const news: number[] = [];
    const path = [...parents];
    let continues = last === -1;
    for (let at = path.pop(); at !== undefined; at = path.pop()) {
      // All that an author has seen is in the history of their own last transaction.
      if (at === last) continues = true;
      const txn = this.#txns[at];
      if (txn === undefined || this.#visited[at] === index) continue;
      this.#visited[at] = index;
      if ((this.#number[at] ?? 0) <= (seen[txn.agent] ?? 0)) continue;
      news.push(at);
      path.push(...txn.parents);
    }
    if (!continues) {
      const message = `transaction ${index} has not seen transaction ${last} of its own author`;
      throw new TraceError("MALFORMED", message);
    }
    news.sort((a, b) => a - b);
    for (const at of news) this.#see(seen, at);
    this.#number[index] = (seen[agent] ?? 0) + 1;
    this.#see(seen, index);
    this.#last[agent] = index;
    return news;
  }

  #see(seen: Uint32Array, index: number): void {
    const agent = this.#txns[index]?.agent ?? 0;
    seen[agent] = Math.max(seen[agent] ?? 0, this.#number[index] ?? 0);
  }
}

class Author {
  readonly #doc = new Y.Doc();
  readonly #text: Y.Text;
  readonly #points = new CodePoints();
  #update: Uint8Array | null = null;

  /** @param isWide Whether any text of the session counts fewer code points than UTF-16 units. */
  constructor(root: string, clientId: number, isWide: boolean) {
    this.#doc.clientID = clientId;
    this.#text = this.#doc.getText(root);
    this.#doc.on("update", (update: Uint8Array) => {
      this.#update = update;
    });
    // Yjs works out what changed for each event, which costs more than applying it.
    if (!isWide) return;
    this.#text.observe((event, { local }) => {
      if (!local) this.#follow(event.delta);
    });
  }

  receive(updates: readonly (Uint8Array | null)[]): void {
    if (updates.length === 0) return;
    Y.transact(
      this.#doc,
      () => {
        for (const update of updates) if (update !== null) Y.applyUpdate(this.#doc, update);
      },
      null,
      false,
    );
  }

  /** The update that the transaction made. */
  type(txn: Txn, index: number): Uint8Array | null {
    this.#update = null;
    this.#doc.transact(() => {
      for (const [position, deleted, inserted] of txn.patches) {
        const end = position + deleted;
        if (end > this.#points.count(this.#text.length)) {
          const message = `transaction ${index} reaches code point ${end}, past the end of the text`;
          throw new TraceError("MALFORMED", message);
        }
        const at = this.#points.toUnits(position);
        const length = this.#points.toUnits(end) - at;
        if (length > 0) this.#text.delete(at, length);
        if (inserted !== "") this.#text.insert(at, inserted);
        this.#points.splice(at, length, inserted);
      }
    });
    return this.#update;
  }

  /** Notes where others have changed the text. */
  #follow(delta: Y.YTextEvent["delta"]): void {
    let at = 0;
    for (const { retain = 0, insert = "", delete: deleted = 0 } of delta) {
      const inserted = typeof insert === "string" ? insert : "";
      at += retain;
      this.#points.splice(at, deleted, inserted);
      at += inserted.length;
    }
  }
}
