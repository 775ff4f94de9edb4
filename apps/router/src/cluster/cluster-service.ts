import { type Directory, type NodeClient, wholeOf } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import {
  type Clock,
  ElsewhereError,
  type Logger,
  type MoveReport,
  type NodeDescription,
  type RoomDescription,
  type RoomOwner,
  type RoomPage,
  type RoomQuery,
  type RoomService,
  type RoomStore,
  ServiceError,
  writeDirectly,
} from "@homeroom/room";
import type { RouterHomes } from "../routes/router-homes.js";
import { type ClusterServiceLimits, defaultClusterServiceLimits } from "./limits.js";
import type { NodeRegister } from "./node-register.js";
import { inServiceTerms } from "./service-errors.js";
import { sightOf, type Testimony } from "./sight.js";
import { Whereabouts } from "./whereabouts.js";

export interface ClusterServiceOptions {
  readonly directory: Pick<Directory, "lookupAll">;
  /** The one that `homes` uses too. */
  readonly nodes: NodeRegister;
  /** The one that all nodes of the cluster see. */
  readonly store: Pick<RoomStore, "open" | "describe" | "list">;
  readonly homes: RouterHomes;
  /** Closed by whoever made it. */
  readonly client: NodeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<ClusterServiceLimits>;
}

/**
 * `RoomService` for a cluster, on any of its routers: what is stored the shared store says, where a
 * room is at home the directory, and what goes on there its home.
 */
export class ClusterService implements RoomService {
  readonly #store: ClusterServiceOptions["store"];
  readonly #homes: RouterHomes;
  readonly #client: NodeClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: ClusterServiceLimits;
  readonly #whereabouts: Whereabouts;
  readonly #nodes: NodeRegister;

  constructor({ directory, nodes, store, homes, client, ...options }: ClusterServiceOptions) {
    this.#store = store;
    this.#homes = homes;
    this.#client = client;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#limits = { ...defaultClusterServiceLimits, ...options.limits };
    this.#whereabouts = new Whereabouts({ directory, nodes, homes });
    this.#nodes = nodes;
  }

  async list(query: RoomQuery): Promise<RoomPage> {
    return await inServiceTerms(this.#list(query));
  }

  async describe(room: RoomName): Promise<RoomDescription> {
    return await inServiceTerms(this.#describe(room));
  }

  async home(room: RoomName): Promise<RoomOwner> {
    // While the directory is away that is said at once, not when a home was looked for in vain.
    await inServiceTerms(this.#whereabouts.of(room));
    return await this.#homes.homeOf(room);
  }

  async move(room: RoomName, to: string): Promise<MoveReport> {
    const target = await inServiceTerms(this.#nodes.living(to));
    if (target.status === "draining") {
      throw new ServiceError("CONFLICT", `node ${to} is draining: it is given no rooms`);
    }
    return await this.#askHome(await this.home(room), async (home) => {
      if (home.node === to) return { room, from: to, to, epoch: home.epoch, pausedMs: 0 };
      const { from, epoch, pausedMs } = await this.#client.move(home, room, to);
      return { room, from, to, epoch, pausedMs };
    });
  }

  async read(room: RoomName): Promise<Uint8Array | null> {
    const owner = await inServiceTerms(this.#whereabouts.of(room));
    if (owner) return await this.#askHome(owner, (home) => this.#client.read(home, room));
    const stored = await inServiceTerms(this.#store.open(room));
    return stored.cursor && wholeOf(stored);
  }

  /** Like an edit of a session, so that it survives moves and the death of the home. */
  async write(room: RoomName, update: Uint8Array): Promise<void> {
    const until = this.#clock.monotonic() + this.#limits.writeMs;
    const write = (): Promise<void> => {
      const timeoutMs = Math.max(0, until - this.#clock.monotonic());
      return writeDirectly(this.#homes.direct, room, update, { clock: this.#clock, timeoutMs });
    };
    try {
      await write();
    } catch (error) {
      // A home that took over from one that died asks whoever writes for what it may lack, which
      // looks like a gap; when it is asked again, it means one.
      if (!(error instanceof ServiceError) || error.code !== "UPDATE_GAP") throw error;
      await write();
    }
  }

  /** At its home, which it is given where it has none, so that its sessions are closed. */
  async remove(room: RoomName): Promise<void> {
    const owner = await this.home(room);
    await this.#askHome(owner, (home) => this.#client.remove(home, room));
  }

  async nodes(): Promise<readonly NodeDescription[]> {
    return await inServiceTerms(this.#nodes.describe());
  }

  async drain(id: string): Promise<void> {
    await this.#client.drain(await inServiceTerms(this.#nodes.living(id)));
  }

  async resume(id: string): Promise<void> {
    await this.#client.resume(await inServiceTerms(this.#nodes.living(id)));
  }

  /** Stored rooms in order of their names; a room of which nothing is stored yet is not listed. */
  async #list({ prefix, cursor, limit }: RoomQuery): Promise<RoomPage> {
    const after = cursor as RoomName | null;
    const names = (await this.#store.list({ prefix, after, limit })).map(({ room }) => room);
    const owners = await this.#whereabouts.listed(names);
    const homes = new Map<string, { readonly owner: RoomOwner; readonly rooms: RoomName[] }>();
    for (const [index, room] of names.entries()) {
      const owner = owners[index];
      if (!owner) continue;
      const home = homes.get(owner.node);
      if (home) home.rooms.push(room);
      else homes.set(owner.node, { owner, rooms: [room] });
    }
    const asked = [...homes.values()].map(({ owner, rooms }) => this.#askAbout(owner, rooms));
    const said = new Map((await Promise.all(asked)).flatMap((answers) => [...answers]));
    const rooms = names.map((room, index) => {
      const sight = sightOf(owners[index] ?? null, said.get(room) ?? null, true);
      return { room, status: sight.status, owner: sight.owner, sessions: sight.sessions };
    });
    return { rooms, cursor: names.length < limit ? null : (names.at(-1) ?? null) };
  }

  async #describe(room: RoomName): Promise<RoomDescription> {
    const [stored, supposed] = await Promise.all([
      this.#store.describe(room),
      this.#whereabouts.of(room),
    ]);
    let owner = supposed;
    let said = owner && (await this.#ask(owner, room));
    if (owner && said === null) {
      // It has perhaps moved since we were told.
      [owner = null] = await this.#whereabouts.listed([room]);
      said = owner && (await this.#ask(owner, room));
    }
    const { cursor = null, bytes = 0, updatedAt = null } = stored ?? {};
    return { room, ...sightOf(owner, said, stored !== null), cursor, bytes, updatedAt };
  }

  async #ask(node: RoomOwner, room: RoomName): Promise<Testimony> {
    return (await this.#askAbout(node, [room])).get(room) ?? null;
  }

  /** A node that does not answer is no reason to say nothing. */
  async #askAbout(
    node: RoomOwner,
    rooms: readonly RoomName[],
  ): Promise<ReadonlyMap<RoomName, Testimony>> {
    const said = await this.#client.rooms(node, rooms).catch((error: unknown) => {
      this.#logger.warn({ node: node.node, err: error }, "a node says nothing of its rooms");
      return null;
    });
    return new Map(rooms.map((room, index) => [room, said ? (said[index] ?? null) : "silent"]));
  }

  /** Asks a room's home; where it has moved, the next one. */
  async #askHome<T>(owner: RoomOwner, ask: (home: RoomOwner) => Promise<T>): Promise<T> {
    let home = owner;
    for (let hop = 0; ; hop++) {
      try {
        return await ask(home);
      } catch (error) {
        if (!(error instanceof ElsewhereError)) throw error;
        if (hop === this.#limits.hops) {
          const message = "the room is being moved again and again; try again";
          throw new ServiceError("NO_HOME", message, { cause: error });
        }
        home = error.owner;
      }
    }
  }
}
