import type { RoomName } from "@homeroom/protocol";
import { ClusterError } from "../cluster-error.js";
import type {
  Announcement,
  ClaimOutcome,
  Directory,
  NodeIncarnation,
  NodeRecord,
  OwnerRecord,
  Registration,
  Renewal,
} from "../directory.js";
import { nextEpoch } from "../epoch.js";
import type { MemoryPrimary } from "./memory-primary.js";

/** Dead nodes are listed for so long. */
const rememberMs = 3_600_000;

/** A directory for as long as the process lives: for tests, which share its primary. */
export class MemoryDirectory implements Directory {
  readonly #primary: MemoryPrimary;
  readonly #ttlMs: number;
  #closed = false;

  constructor(primary: MemoryPrimary, ttlMs: number) {
    this.#primary = primary;
    this.#ttlMs = ttlMs;
  }

  register(
    node: string,
    process: string,
    previous: number | null,
    announcement: Announcement,
  ): Promise<Registration> {
    return this.#answer("register", () => {
      const { leases } = this.#primary.data;
      const now = this.#now;
      for (const [id, { deadline }] of leases) if (deadline < now - rememberMs) leases.delete(id);
      const known = previous ?? 0;
      const before = leases.get(node);
      const living = before && now < before.deadline ? before : null;
      const isOwn = living?.process === process;
      if (living && !isOwn && living.incarnation > known) {
        return { status: "taken", by: living.incarnation };
      }
      // Where its own is older than what it knows of, the directory has lost that one.
      const incarnation =
        isOwn && living.incarnation >= known
          ? living.incarnation
          : nextEpoch(Math.max(before?.incarnation ?? 0, known), now);
      this.#lease({ node, incarnation }, process, announcement);
      return { status: "registered", incarnation, primary: this.#primary.notice() };
    });
  }

  renew(self: NodeIncarnation, process: string, announcement: Announcement): Promise<Renewal> {
    return this.#answer("renew", () => {
      const lease = this.#primary.data.leases.get(self.node);
      if (lease && lease.incarnation > self.incarnation && lease.process !== process) {
        return { status: "superseded", by: lease.incarnation };
      }
      if (lease?.incarnation !== self.incarnation || lease.deadline <= this.#now) {
        return { status: "lapsed" };
      }
      this.#lease(self, process, announcement);
      return { status: "renewed", primary: this.#primary.notice() };
    });
  }

  resign(self: NodeIncarnation): Promise<void> {
    return this.#answer("resign", () => {
      const { leases } = this.#primary.data;
      if (leases.get(self.node)?.incarnation === self.incarnation) leases.delete(self.node);
    });
  }

  declareDead({ node, incarnation }: NodeIncarnation): Promise<boolean> {
    return this.#answer("declareDead", () => {
      const { leases } = this.#primary.data;
      const lease = leases.get(node);
      if (lease?.incarnation !== incarnation || lease.deadline <= this.#now) return false;
      leases.set(node, { ...lease, deadline: this.#now });
      return true;
    });
  }

  nodes(): Promise<readonly NodeRecord[]> {
    return this.#answer("nodes", () => {
      const now = this.#now;
      return [...this.#primary.data.leases.values()]
        .filter(({ deadline }) => deadline >= now - rememberMs)
        .map(({ node, incarnation, announcement, deadline, renewedAt }) => ({
          node,
          incarnation,
          ...announcement,
          alive: now < deadline,
          leaseAgeMs: now - renewedAt,
        }))
        .sort((a, b) => (a.node < b.node ? -1 : 1));
    });
  }

  lookup(room: RoomName): Promise<OwnerRecord | null> {
    return this.#answer("lookup", () => this.#primary.data.owners.get(room) ?? null);
  }

  lookupAll(rooms: readonly RoomName[]): Promise<readonly (OwnerRecord | null)[]> {
    return this.#answer("lookup", () =>
      rooms.map((room) => this.#primary.data.owners.get(room) ?? null),
    );
  }

  claim(
    room: RoomName,
    { node, incarnation }: NodeIncarnation,
    previous: OwnerRecord | null,
  ): Promise<ClaimOutcome> {
    return this.#answer("claim", () => {
      const stored = this.#primary.data.owners.get(room);
      if (stored && !isSucceededBy(stored, previous)) return { claimed: false, owner: stored };
      const fence = this.#primary.data.fences.get(room) ?? 0;
      const epoch = nextEpoch(Math.max(previous?.epoch ?? 0, fence), this.#now);
      return this.#own(room, { node, incarnation, epoch, state: "held" });
    });
  }

  reassert(room: RoomName, owner: OwnerRecord): Promise<ClaimOutcome> {
    return this.#answer("reassert", () => {
      const stored = this.#primary.data.owners.get(room);
      const mayReplace =
        !stored ||
        stored.epoch < owner.epoch ||
        (stored.epoch === owner.epoch &&
          stored.node === owner.node &&
          stored.incarnation <= owner.incarnation);
      return mayReplace ? this.#own(room, owner) : { claimed: false, owner: stored };
    });
  }

  release(room: RoomName, owner: OwnerRecord): Promise<boolean> {
    return this.#answer("release", () => {
      const { owners } = this.#primary.data;
      const stored = owners.get(room);
      if (stored?.epoch !== owner.epoch || stored.state === "released") return false;
      owners.set(room, { ...stored, state: "released" });
      return true;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  get #now(): number {
    return this.#primary.clock.now();
  }

  #own(room: RoomName, owner: OwnerRecord): ClaimOutcome {
    const { owners, fences } = this.#primary.data;
    owners.set(room, owner);
    fences.set(room, Math.max(fences.get(room) ?? 0, owner.epoch));
    return { claimed: true, owner };
  }

  #lease(
    { node, incarnation }: NodeIncarnation,
    process: string,
    announcement: Announcement,
  ): void {
    const renewedAt = this.#now;
    const deadline = renewedAt + this.#ttlMs;
    const lease = { node, incarnation, process, announcement, renewedAt, deadline };
    this.#primary.data.leases.set(node, lease);
  }

  async #answer<T>(operation: string, work: () => T): Promise<T> {
    if (this.#closed) throw new ClusterError("CLOSED", "the directory was closed");
    return await this.#primary.answer(
      operation,
      work,
      () => new ClusterError("UNAVAILABLE", `no answer to ${operation}`),
    );
  }
}

/** Whether `previous` is what is stored, or is newer: then the directory has lost it since. */
const isSucceededBy = (stored: OwnerRecord, previous: OwnerRecord | null): boolean =>
  previous !== null &&
  (stored.epoch < previous.epoch ||
    (stored.epoch === previous.epoch && stored.incarnation === previous.incarnation));
