import type { RoomName } from "@homeroom/protocol";
import type { Clock, Cursor } from "@homeroom/room";
import type { Announcement, NodeIncarnation, OwnerRecord, Primary } from "../directory.js";
import type { StoredRecord } from "../store/shared-store.js";

export interface Lease extends NodeIncarnation {
  readonly process: string;
  readonly announcement: Announcement;
  readonly renewedAt: number;
  readonly deadline: number;
}

/** `intact`: it got the number that its writer expected. */
export interface KeptRecord extends StoredRecord {
  readonly intact: boolean;
}

export interface KeptRoom {
  readonly snapshot: { readonly bytes: Uint8Array; readonly cursor: Cursor } | null;
  /** After the snapshot, oldest first. */
  readonly records: readonly KeptRecord[];
  readonly updatedAt: number;
}

/** Everything that a primary keeps. Values are never changed in place, so a copy is shallow. */
export interface PrimaryData {
  readonly leases: Map<string, Lease>;
  readonly owners: Map<RoomName, OwnerRecord>;
  readonly rooms: Map<RoomName, KeptRoom>;
  /** The highest epoch that has claimed the room or written to it. */
  readonly fences: Map<RoomName, number>;
  /** The highest epoch under which the room was removed. */
  readonly removed: Map<RoomName, number>;
  /** Which process was first noticed to keep this data, and when. */
  noticed: { readonly process: number; readonly at: number } | null;
}

/** `before`: the request is lost. `after`: its answer is. */
export type Fault = "before" | "after";

/**
 * What a Redis is to `packages/redis`: the one process whose data the directory and the shared
 * store both are. Tests restart it, put an older copy of its data in place, empty it, and lose
 * requests and answers.
 */
export class MemoryPrimary {
  readonly clock: Pick<Clock, "now">;
  #data: PrimaryData = copyOf(null);
  #process = 1;
  /** Decides, for each request by its name, whether it goes wrong. */
  fault: (operation: string) => Fault | null = () => null;

  constructor(clock: Pick<Clock, "now">) {
    this.clock = clock;
  }

  get data(): PrimaryData {
    return this.#data;
  }

  copy(): PrimaryData {
    return copyOf(this.#data);
  }

  /** Another process steps in: with the same data, with an older copy of it, or with none. */
  restart(data: PrimaryData | null = this.#data): void {
    this.#process++;
    this.#data = copyOf(data);
  }

  /** Loses everything without a restart. */
  flush(): void {
    this.#data = copyOf(null);
  }

  /** Who answers: the first request that a process answers notices it. */
  notice(): Primary {
    const now = this.clock.now();
    if (this.#data.noticed?.process !== this.#process) {
      this.#data.noticed = { process: this.#process, at: now };
    }
    const { at } = this.#data.noticed;
    return { id: `${this.#process}@${at}`, ageMs: now - at };
  }

  /** Carries out one request, or loses it or its answer as `fault` says. */
  async answer<T>(operation: string, work: () => T, lost: () => Error): Promise<T> {
    await Promise.resolve();
    const fault = this.fault(operation);
    if (fault === "before") throw lost();
    const answer = work();
    if (fault === "after") throw lost();
    return answer;
  }
}

const copyOf = (data: PrimaryData | null): PrimaryData => ({
  leases: new Map(data?.leases),
  owners: new Map(data?.owners),
  rooms: new Map(data?.rooms),
  fences: new Map(data?.fences),
  removed: new Map(data?.removed),
  noticed: data?.noticed ?? null,
});
