import { Redis } from "ioredis";
import { InvariantError } from "../load/invariants.js";

/** A node was made home to a room. */
export interface WatchedClaim {
  readonly node: string;
  readonly epoch: number;
}

/** What was seen of one room. */
interface WatchedRoom {
  /** In the order in which Redis saw them; what a home puts back is not repeated. */
  readonly claims: WatchedClaim[];
  /** Nodes that sent appends or snapshots under an epoch. */
  readonly writers: Map<number, Set<string>>;
}

/**
 * Everything that Redis is told about homes and journals, as `MONITOR` shows it: a claim sets the
 * owner's record `{room}:o`, an append adds to the stream `{room}:l` under its epoch, and a
 * snapshot is set in `{room}:s`. Who sent a command is known by the port that it came from, which
 * no record in a journal could say.
 */
export class JournalWatch {
  readonly rooms: Map<string, WatchedRoom> = new Map();
  /** Told of each snapshot that Redis has taken, and of the node that sent it. */
  onSnapshot: (room: string, node: string) => void = () => undefined;
  readonly #senders = new Map<string, string>();
  #monitor: Redis | null = null;
  /** Whose script runs. */
  #scriptOf = "nobody";

  /** Connections from this port are a node's, until the port is another's. */
  addSender(port: number, node: string): void {
    this.#senders.set(`127.0.0.1:${port}`, node);
  }

  /** Watches a server, in the place of the one before. Resolves once nothing can be missed. */
  async attach(port: number): Promise<void> {
    this.detach();
    const connection = new Redis({ port, host: "127.0.0.1", retryStrategy: () => null });
    connection.on("error", () => undefined);
    const monitor = await connection.monitor();
    connection.disconnect();
    monitor.on("error", () => undefined);
    monitor.on("monitor", (_time: string, args: string[], source: string) => {
      this.#see(args, source);
    });
    this.#monitor = monitor;
  }

  detach(): void {
    this.#monitor?.disconnect();
    this.#monitor = null;
  }

  /**
   * No epoch has two homes or writers beside its home, and every new claim has a higher epoch than
   * all before. @throws InvariantError
   */
  assertOneHomePerEpoch(): void {
    const wrong: string[] = [];
    for (const [room, { claims, writers }] of this.rooms) {
      for (const [index, { node, epoch }] of claims.entries()) {
        const before = claims.slice(0, index);
        const highest = Math.max(0, ...before.map((claim) => claim.epoch));
        if (before.some((claim) => claim.epoch === epoch)) {
          wrong.push(`${room}: epoch ${epoch} was claimed by ${node} and by another node`);
        } else if (epoch < highest) {
          wrong.push(`${room}: ${node} claimed epoch ${epoch} after ${highest}`);
        }
      }
      for (const [epoch, nodes] of writers) {
        const home = claims.find((claim) => claim.epoch === epoch)?.node;
        for (const node of nodes) {
          if (node !== home) wrong.push(`${room}: ${node} wrote under epoch ${epoch} of ${home}`);
        }
      }
    }
    if (wrong.length > 0) throw new InvariantError(wrong.slice(0, 20).join("\n"));
  }

  #see([command = "", key = "", ...args]: string[], source: string): void {
    const byScript = source === "lua";
    if (!byScript && /^eval(sha)?$/i.test(command)) {
      this.#scriptOf = this.#senders.get(source) ?? source;
      return;
    }
    const [, room, kind] = /^\{(.+)\}:([ols])$/.exec(key) ?? [];
    if (room === undefined || room === "homeroom") return;
    const node = byScript ? this.#scriptOf : (this.#senders.get(source) ?? source);
    switch (`${kind} ${command.toLowerCase()}`) {
      case "o hset":
        this.#claimed(room, args);
        break;
      case "l xadd": {
        const [id = "", field] = args[0] === "NOMKSTREAM" ? args.slice(1) : args;
        if (field !== "claim") this.#wrote(room, Number(id.split("-")[0]), node);
        break;
      }
      case "s hset":
        this.#wrote(room, Number(fieldOf(args, "epoch")), node);
        this.onSnapshot(room, node);
        break;
    }
  }

  #claimed(room: string, fields: readonly string[]): void {
    const [node, epoch] = [fieldOf(fields, "node"), Number(fieldOf(fields, "epoch"))];
    // A release and a removal name neither.
    if (node === undefined) return;
    const { claims } = this.#room(room);
    if (claims.some((claim) => claim.epoch === epoch && claim.node === node)) return;
    claims.push({ node, epoch });
  }

  #wrote(room: string, epoch: number, node: string): void {
    const { writers } = this.#room(room);
    const nodes = writers.get(epoch) ?? new Set();
    writers.set(epoch, nodes.add(node));
  }

  #room(name: string): WatchedRoom {
    const known = this.rooms.get(name);
    if (known) return known;
    const room: WatchedRoom = { claims: [], writers: new Map() };
    this.rooms.set(name, room);
    return room;
  }
}

/** The value of a field; the last one of its name, for a snapshot's data may look like anything. */
function fieldOf(fields: readonly string[], name: string): string | undefined {
  const at = fields.lastIndexOf(name);
  return at < 0 ? undefined : fields[at + 1];
}
