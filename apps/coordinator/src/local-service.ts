import type { RoomName } from "@homeroom/protocol";
import {
  type Clock,
  type MoveReport,
  type NodeDescription,
  type Room,
  type RoomDescription,
  type RoomHost,
  type RoomOwner,
  type RoomPage,
  type RoomQuery,
  type RoomService,
  type RoomStatus,
  type RoomStore,
  ServiceError,
  StoreError,
} from "@homeroom/room";

/** The process that all rooms are at home in. */
export interface LocalNode {
  readonly id: string;
  /** New with each start. */
  readonly incarnation: string;
  /** What clients connect to. */
  readonly url: string;
  /** Given to each room's records; larger than those of earlier starts. */
  readonly epoch: number;
}

/** Figures that only the running process knows. */
export interface ProcessFigures {
  eventLoopLagMs(): number;
  heapBytes(): number;
}

/** `RoomService` for one process: every room's home is here, and there is nowhere to move to. */
export class LocalService implements RoomService {
  readonly #host: RoomHost;
  readonly #store: RoomStore;
  readonly #node: LocalNode;
  readonly #clock: Clock;
  readonly #figures: ProcessFigures;

  constructor(options: {
    host: RoomHost;
    store: RoomStore;
    node: LocalNode;
    clock: Clock;
    figures: ProcessFigures;
  }) {
    this.#host = options.host;
    this.#store = options.store;
    this.#node = options.node;
    this.#clock = options.clock;
    this.#figures = options.figures;
  }

  /** Stored rooms in order of their names; a room that nobody has written to is not listed. */
  async list({ prefix, cursor, limit }: RoomQuery): Promise<RoomPage> {
    const after = cursor as RoomName | null;
    const stored = await refusing(this.#store.list({ prefix, after, limit }));
    const rooms = stored.map(({ room }) => {
      const open = this.#host.get(room);
      return {
        room,
        status: statusOf(open, true),
        owner: open ? this.#owner() : null,
        sessions: open?.sessions.count ?? 0,
      };
    });
    return { rooms, cursor: rooms.length < limit ? null : (rooms.at(-1)?.room ?? null) };
  }

  async describe(room: RoomName): Promise<RoomDescription> {
    const open = this.#host.get(room);
    const stored = await refusing(this.#store.describe(room));
    return {
      room,
      status: statusOf(open, stored !== null),
      owner: open ? this.#owner() : null,
      sessions: open?.sessions.count ?? 0,
      cursor: stored?.cursor ?? null,
      durable: open?.durable ?? true,
      bytes: stored?.bytes ?? 0,
      updatedAt: stored?.updatedAt ?? null,
    };
  }

  home(_room: RoomName): Promise<RoomOwner> {
    return Promise.resolve(this.#owner());
  }

  async move(room: RoomName, to: string): Promise<MoveReport> {
    this.#mustBeThisNode(to);
    const { id, epoch } = this.#node;
    return await Promise.resolve({ room, from: id, to: id, epoch, pausedMs: 0 });
  }

  async read(room: RoomName): Promise<Uint8Array | null> {
    return await refusing(this.#host.read(room));
  }

  async write(room: RoomName, update: Uint8Array): Promise<void> {
    await refusing(this.#host.write(room, update));
  }

  async remove(room: RoomName): Promise<void> {
    await refusing(this.#host.remove(room));
  }

  nodes(): Promise<readonly NodeDescription[]> {
    const { id, incarnation, url } = this.#node;
    const { rooms, sessions } = this.#host.load;
    const node: NodeDescription = {
      id,
      incarnation,
      status: "active",
      url,
      rooms,
      sessions,
      eventLoopLagMs: this.#figures.eventLoopLagMs(),
      heapBytes: this.#figures.heapBytes(),
      // Nobody else could take over, so the lease is as fresh as this answer.
      leaseAgeMs: 0,
    };
    return Promise.resolve([node]);
  }

  async drain(node: string): Promise<void> {
    this.#mustBeThisNode(node);
    throw new ServiceError("CONFLICT", "this is the only node: its rooms have nowhere to go");
  }

  async resume(node: string): Promise<void> {
    this.#mustBeThisNode(node);
  }

  #owner(): RoomOwner {
    const { id, url, epoch } = this.#node;
    return { node: id, url, epoch };
  }

  #mustBeThisNode(node: string): void {
    if (node !== this.#node.id) {
      throw new ServiceError("UNKNOWN_NODE", `there is no node ${node} here`);
    }
  }
}

function statusOf(open: Room | null, stored: boolean): RoomStatus {
  if (open) return open.state === "live" ? "live" : "resting";
  return stored ? "idle" : "absent";
}

/** Says what a store's error means to whoever asked. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const code = error.code === "DAMAGED" ? "ROOM_DAMAGED" : "UNAVAILABLE";
    throw new ServiceError(code, error.message, { cause: error });
  }
}
