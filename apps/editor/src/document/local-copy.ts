import type { RoomName } from "@homeroom/protocol";
import { clearDocument, IndexeddbPersistence } from "y-indexeddb";
import type { Doc } from "yjs";

/** A browser that cannot keep documents may also never say so. */
const PATIENCE_MS = 2000;

const nameOf = (room: RoomName): string => `homeroom:${room}`;

/** What this browser keeps of a document, so that it can be read and edited without a server. */
export class LocalCopy {
  readonly #persistence: IndexeddbPersistence;
  /** Resolves when the document holds the copy, or when there is none to be had. Never rejects. */
  readonly opened: Promise<void>;

  constructor(room: RoomName, doc: Doc) {
    this.#persistence = new IndexeddbPersistence(nameOf(room), doc);
    this.opened = Promise.race([
      this.#persistence.whenSynced.then(() => {}),
      new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS)),
    ]);
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
