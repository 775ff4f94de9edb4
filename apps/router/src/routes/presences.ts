import {
  type AwarenessEntry,
  decodeAwareness,
  encodeAwareness,
  isNullState,
  MalformedError,
  NULL_STATE,
} from "@homeroom/protocol";
import type { SessionId } from "@homeroom/room";

interface Known {
  readonly entry: AwarenessEntry;
  /** Null where somebody behind another router speaks for the client. */
  readonly owner: SessionId | null;
}

/** Client ids kept for one session. Its home grants fewer, so more are for the home to refuse. */
const MAX_IDS = 32;

/**
 * Who is present, as far as this router knows: what its sessions said is told to the next home,
 * and what only echoes the others does not cross the link.
 */
export class Presences {
  readonly #known = new Map<number, Known>();
  readonly #ids = new Map<SessionId, Set<number>>();

  /**
   * A session's awareness update.
   * @returns what of it the home may not know, null where nothing
   * @throws MalformedError
   */
  said(session: SessionId, update: Uint8Array): Uint8Array | null {
    const entries = decodeAwareness(update);
    const news = entries.filter((entry) => this.#isNews(entry));
    for (const entry of news) this.#take(session, entry);
    if (news.length === 0) return null;
    return news.length === entries.length ? update : encodeAwareness(news);
  }

  /** An awareness update of the home. */
  heard(update: Uint8Array): void {
    for (const entry of readable(update)) {
      const known = this.#known.get(entry.client);
      if (!this.#isNews(entry)) continue;
      if (isNullState(entry.state)) this.#forget(entry.client);
      else this.#known.set(entry.client, { entry, owner: known?.owner ?? null });
    }
  }

  /** What a session said of itself, null where nothing. */
  of(session: SessionId): Uint8Array | null {
    const entries = this.#entriesOf(session);
    return entries.length > 0 ? encodeAwareness(entries) : null;
  }

  /** The session has gone. @returns what is to be said of its clients, null where nothing */
  leave(session: SessionId): Uint8Array | null {
    const entries = this.#entriesOf(session);
    for (const { client } of entries) this.#known.delete(client);
    this.#ids.delete(session);
    if (entries.length === 0) return null;
    return encodeAwareness(entries.map((entry) => ({ ...entry, state: NULL_STATE })));
  }

  /** Another home: what the last one knew of others, this one perhaps does not. */
  forgetOthers(): void {
    for (const [client, { owner }] of this.#known) {
      if (owner === null) this.#known.delete(client);
    }
  }

  #isNews({ client, clock, state }: AwarenessEntry): boolean {
    const known = this.#known.get(client)?.entry.clock ?? -1;
    return clock > known || (clock === known && isNullState(state));
  }

  #take(session: SessionId, entry: AwarenessEntry): void {
    const { client, state } = entry;
    const known = this.#known.get(client);
    // Who speaks for a client is for the home to say.
    if (known && known.owner !== session) return;
    if (isNullState(state)) {
      this.#forget(client);
      return;
    }
    const ids = this.#ids.get(session) ?? new Set();
    if (!known && ids.size >= MAX_IDS) return;
    ids.add(client);
    this.#ids.set(session, ids);
    this.#known.set(client, { entry, owner: session });
  }

  #forget(client: number): void {
    const owner = this.#known.get(client)?.owner ?? null;
    if (owner !== null) this.#ids.get(owner)?.delete(client);
    this.#known.delete(client);
  }

  #entriesOf(session: SessionId): AwarenessEntry[] {
    const entries: AwarenessEntry[] = [];
    for (const client of this.#ids.get(session) ?? []) {
      const known = this.#known.get(client);
      if (known) entries.push(known.entry);
    }
    return entries;
  }
}

/** A crowd may be larger than what one client may say; then echoes are not dropped here. */
function readable(update: Uint8Array): readonly AwarenessEntry[] {
  try {
    return decodeAwareness(update);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return [];
  }
}
