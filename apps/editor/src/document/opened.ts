import type { Person, SaveStatus } from "@homeroom/client";
import type { RoomName } from "@homeroom/protocol";
import type { OpenDocument } from "./open-document.js";

/** An open document, as the page shows it at one moment. */
export interface Opened extends OpenDocument {
  readonly room: RoomName;
  readonly token: string | null;
  readonly status: SaveStatus;
  readonly people: readonly Person[];
  /** What the link allows; the server may refuse all the same. */
  readonly mayWrite: boolean;
}
