import type { RoomName } from "@homeroom/protocol";
import {
  type MoveReport,
  type NodeDescription,
  type RoomDescription,
  type RoomOwner,
  type RoomPage,
  type RoomQuery,
  type RoomService,
  ServiceError,
} from "@homeroom/room";

const OWNER: RoomOwner = { node: "one", url: "http://127.0.0.1:1234", epoch: 7 };

/** Documents in a map. Records what it is asked. */
export class FakeRooms implements RoomService {
  readonly documents = new Map<RoomName, Uint8Array>();
  readonly writes: { room: RoomName; update: Uint8Array }[] = [];
  readonly queries: RoomQuery[] = [];
  readonly drained: string[] = [];
  /** Rejects every call with this, while it is set. */
  failure: Error | null = null;
  /** Keeps every call waiting, while it is set. */
  gate: Promise<void> | null = null;

  async #answer<T>(value: T): Promise<T> {
    await this.gate;
    if (this.failure) throw this.failure;
    return value;
  }

  async list(query: RoomQuery): Promise<RoomPage> {
    this.queries.push(query);
    const names = [...this.documents.keys()].filter((room) => room.startsWith(query.prefix));
    const rooms = names.map((room) => ({
      room,
      status: "live" as const,
      owner: OWNER,
      sessions: 2,
    }));
    return await this.#answer({ rooms: rooms.slice(0, query.limit), cursor: null });
  }

  async describe(room: RoomName): Promise<RoomDescription> {
    const document = this.documents.get(room);
    return await this.#answer({
      room,
      status: document ? "live" : "absent",
      owner: document ? OWNER : null,
      sessions: document ? 2 : 0,
      cursor: document ? { epoch: 7, seq: 3 } : null,
      durable: true,
      bytes: document?.length ?? 0,
      updatedAt: document ? Date.UTC(2026, 0, 2, 3, 4, 5) : null,
    });
  }

  async home(_room: RoomName): Promise<RoomOwner> {
    return await this.#answer(OWNER);
  }

  async move(room: RoomName, to: string): Promise<MoveReport> {
    return await this.#answer({ room, from: "one", to, epoch: 8, pausedMs: 12 });
  }

  async read(room: RoomName): Promise<Uint8Array | null> {
    return await this.#answer(this.documents.get(room) ?? null);
  }

  async write(room: RoomName, update: Uint8Array): Promise<void> {
    await this.#answer(undefined);
    this.writes.push({ room, update: Uint8Array.from(update) });
  }

  async remove(room: RoomName): Promise<void> {
    await this.#answer(undefined);
    this.documents.delete(room);
  }

  async nodes(): Promise<readonly NodeDescription[]> {
    const node: NodeDescription = {
      id: "one",
      incarnation: "a1",
      status: "active",
      url: OWNER.url,
      rooms: this.documents.size,
      sessions: 2,
      eventLoopLagMs: 0.5,
      heapBytes: 1_000_000,
      leaseAgeMs: 0,
    };
    return await this.#answer([node]);
  }

  async drain(node: string): Promise<void> {
    if (node !== "one") throw new ServiceError("UNKNOWN_NODE", `there is no node ${node}`);
    await this.#answer(undefined);
    this.drained.push(node);
  }

  async resume(node: string): Promise<void> {
    await this.drain(node);
  }
}
