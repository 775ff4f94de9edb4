import { type Directory, homeOf, type NodeList } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import type { RoomOwner } from "@homeroom/room";
import type { RouterHomes } from "../routes/router-homes.js";

/** Where rooms are at home; it gives no room a home. */
export class Whereabouts {
  readonly #directory: Pick<Directory, "lookupAll">;
  readonly #nodes: NodeList;
  readonly #homes: Pick<RouterHomes, "ownerOf">;

  constructor(options: {
    directory: Pick<Directory, "lookupAll">;
    nodes: NodeList;
    homes: Pick<RouterHomes, "ownerOf">;
  }) {
    this.#directory = options.directory;
    this.#nodes = options.nodes;
    this.#homes = options.homes;
  }

  /**
   * The room's home, null where it has none. A room that this router serves is known without the
   * directory.
   * @throws ClusterError
   */
  async of(room: RoomName): Promise<RoomOwner | null> {
    return this.#homes.ownerOf(room) ?? (await this.listed([room]))[0] ?? null;
  }

  /** By what the directory says: one answer per room, in order. @throws ClusterError */
  async listed(rooms: readonly RoomName[]): Promise<readonly (RoomOwner | null)[]> {
    const records = await this.#directory.lookupAll(rooms);
    let nodes = await this.#nodes.recent();
    if (records.some((record) => homeOf(record, nodes).status === "unknown")) {
      nodes = await this.#nodes.refresh();
    }
    return records.map((record) => {
      const home = homeOf(record, nodes);
      if (home.status !== "home") return null;
      return { node: home.node.node, url: home.node.url, epoch: home.owner.epoch };
    });
  }
}
