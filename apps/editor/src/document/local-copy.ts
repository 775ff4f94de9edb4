import type { RoomName } from "@homeroom/protocol";
import { clearDocument, IndexeddbPersistence } from "y-indexeddb";
import { type Doc, encodeSnapshot, snapshot } from "yjs";

/** A browser that cannot keep documents may also never say so. */
const PATIENCE_MS = 2000;

/** What was saved is noted when nothing has changed for so long. */
const CALM_MS = 1000;
const SAVED = "saved";

const nameOf = (room: RoomName): string => `homeroom:${room}`;

/** What this browser keeps of a document, so that it can be read and edited without a server. */
export class LocalCopy {
  readonly #persistence: IndexeddbPersistence;
  readonly #doc: Doc;
  #saved: Uint8Array | undefined;
  /** Resolves when the document holds the copy, or when there is none to be had. Never rejects. */
  readonly opened: Promise<void>;

  constructor(room: RoomName, doc: Doc) {
    this.#doc = doc;
    this.#persistence = new IndexeddbPersistence(nameOf(room), doc);
    this.opened = Promise.race([
      this.#persistence.whenSynced.then(() => this.#readSaved()),
      new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS)),
    ]);
  }

  /** What the document held when all of it was last known to be saved, as `encodeSnapshot` has it. */
  get saved(): Uint8Array | undefined {
    return this.#saved;
  }

  /**
   * Notes what the document holds whenever `isSaved` has been so for a moment.
   * @returns a function that ends it
   */
  noteSaved(isSaved: () => boolean, onSave: (listener: () => void) => () => void): () => void {
    let timer: number | null = null;
    const note = (): void => {
      timer = null;
      if (!isSaved()) return;
      const saved = encodeSnapshot(snapshot(this.#doc)).slice().buffer;
      this.#persistence.set(SAVED, saved).catch(() => {});
    };
    const later = (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = isSaved() ? window.setTimeout(note, CALM_MS) : null;
    };
    const endSave = onSave(later);
    this.#doc.on("update", later);
    return () => {
      if (timer !== null) clearTimeout(timer);
      endSave();
      this.#doc.off("update", later);
    };
  }

  async #readSaved(): Promise<void> {
    const saved: unknown = await this.#persistence.get(SAVED).catch(() => undefined);
    if (saved instanceof ArrayBuffer) this.#saved = new Uint8Array(saved);
  }

  /** Removes the copy, and keeps none until the document is opened again. */
  async forget(): Promise<void> {
    await this.#persistence.clearData().catch(() => {});
  }

  close(): void {
    this.#persistence.destroy().catch(() => {});
  }
}

/** Removes the copy of a document that is not open. */
export async function forgetLocalCopy(room: RoomName): Promise<void> {
  await clearDocument(nameOf(room));
}
