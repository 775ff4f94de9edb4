import type { RoomName, Steps } from "@homeroom/protocol";
import type { RoomLimits } from "../limits.js";
import type { Clock, Logger, Meter } from "../ports.js";
import type { Home, StoredRoom } from "../store.js";
import type { RoomDocument } from "./document.js";
import type { Journal } from "./journal.js";
import type { Room } from "./room.js";
import type { Snapshots } from "./snapshots.js";

/** What a room needs of the process that is home to it. */
export interface RoomContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: RoomLimits;
  readonly journal: Journal;
  readonly snapshots: Snapshots;
  /** Makes this process home to the room. Rejects with an `ElsewhereError` or a `StoreError`. */
  claim(room: RoomName): Promise<Home>;
  /** Reads the room from the store when its turn comes. Rejects with a `StoreError`. */
  load(room: RoomName): Promise<StoredRoom>;
  /** The document of what is stored, built ahead of time or now. @throws where it makes none */
  building(room: RoomName, stored: StoredRoom): Steps<RoomDocument>;
  /** Whether the room takes edits now. */
  takesEdits(room: RoomName): boolean;
  /** The room has another home, which has shut this one out. */
  fenced(room: RoomName, home: Home, state: Uint8Array): void;
  /** The room can serve nobody any more, and its sessions have been closed. */
  failed(room: Room): void;
}
