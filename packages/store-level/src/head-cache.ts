import type { RoomName } from "@homeroom/protocol";
import type { Head } from "./records.js";

/** The heads that were used last; null for a room that is absent. */
export class HeadCache {
  readonly #limit: number;
  /** The least recently used first. */
  readonly #heads = new Map<RoomName, Head | null>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Undefined where it is not known. */
  get(room: RoomName): Head | null | undefined {
    const head = this.#heads.get(room);
    if (head !== undefined) this.#touch(room, head);
    return head;
  }

  set(room: RoomName, head: Head | null): void {
    this.#touch(room, head);
    if (this.#heads.size <= this.#limit) return;
    for (const oldest of this.#heads.keys()) {
      this.#heads.delete(oldest);
      return;
    }
  }

  clear(): void {
    this.#heads.clear();
  }

  #touch(room: RoomName, head: Head | null): void {
    this.#heads.delete(room);
    this.#heads.set(room, head);
  }
}
