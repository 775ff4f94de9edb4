import type { NumberedAppend } from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import { type AppendOutcome, type Clock, StoreError } from "@homeroom/room";
import type { ChainableCommander } from "ioredis";
import { type Client, groupByServer, type Reply, replies } from "./client.js";
import { toStoreError } from "./errors.js";
import { clusterKeys, keysOf, scratchKey } from "./keys.js";
import { encodeRecord, parseCursor } from "./record.js";

export interface JournalOptions {
  readonly client: Client;
  readonly clock: Pick<Clock, "now">;
  /** How many replicas must have a write before it counts. */
  readonly replicas: number;
  /** How long they are waited for; shorter than the client's timeout for commands. */
  readonly replicaTimeoutMs: number;
}

/** One append on its way: the room's keys, its record as arguments, and what became of it. */
interface Sending {
  readonly room: RoomName;
  readonly epoch: number;
  readonly fields: readonly (string | number | Buffer)[];
  outcome: AppendOutcome | null;
}

/** Rooms whose stream is known to end in this process's epoch; forgetting one costs a script. */
const maxBegun = 100_000;
/** The scratch key only carries a write to the replicas. */
const scratchMs = 1_000;

/** Appends to journal streams: one pipeline per server for all rooms of a commit. */
export class Journal {
  readonly #client: Client;
  readonly #clock: Pick<Clock, "now">;
  readonly #replicas: number;
  readonly #replicaTimeoutMs: number;
  readonly #begun = new Map<RoomName, number>();

  constructor({ client, clock, replicas, replicaTimeoutMs }: JournalOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#replicas = replicas;
    this.#replicaTimeoutMs = replicaTimeoutMs;
  }

  async append(batch: readonly NumberedAppend[]): Promise<readonly AppendOutcome[]> {
    const at = this.#clock.now();
    const sendings: Sending[] = batch.map(({ room, home, updates, expected }) => ({
      room,
      epoch: home.epoch,
      fields: encodeRecord({ updates, at, expected }),
      outcome: null,
    }));
    await this.#send(
      sendings.filter(({ room, epoch }) => this.#begun.get(room) === epoch),
      addToStream,
      readAdded,
    );
    await this.#begin(sendings.filter(({ outcome }) => outcome === null));
    return sendings.map(({ outcome }) => outcome ?? failed(new Error("no reply")));
  }

  /** Writes that mean nothing, so that there is something to wait for the replicas to have. */
  async confirm(rooms: readonly RoomName[]): Promise<void> {
    if (this.#replicas === 0) return;
    for (const group of groupByServer(this.#client, rooms, scratchKey)) {
      const [room] = group;
      if (room === undefined) continue;
      const pipeline = this.#client.pipeline().set(scratchKey(room), "1", "PX", scratchMs);
      const short = this.#shortOf((await replies(this.#client, this.#wait(pipeline))).at(-1));
      if (short) throw short;
    }
  }

  /** The first record of a stream, or of an epoch: where Redis cannot refuse, a script decides. */
  async #begin(sendings: readonly Sending[]): Promise<void> {
    if (sendings.length === 0) return;
    const names = new Set(sendings.map(({ room }) => room));
    try {
      // Before the room holds anything, so that no room that does is missing from the listing.
      await this.#client.zadd(clusterKeys.rooms, ...[...names].flatMap((name) => [0, name]));
    } catch (error) {
      for (const sending of sendings) sending.outcome = failed(error);
      return;
    }
    await this.#send(sendings, appendByScript, readAppended);
    for (const { room, epoch, outcome } of sendings) {
      this.#begun.delete(room);
      if (outcome?.ok) this.#begun.set(room, epoch);
    }
    for (const room of this.#begun.keys()) {
      if (this.#begun.size <= maxBegun) break;
      this.#begun.delete(room);
    }
  }

  async #send(
    sendings: readonly Sending[],
    add: (pipeline: ChainableCommander, sending: Sending) => void,
    read: (reply: Reply, sending: Sending) => AppendOutcome | null,
  ): Promise<void> {
    const sendGroup = async (group: readonly Sending[]): Promise<void> => {
      const pipeline = this.#client.pipeline();
      for (const sending of group) add(pipeline, sending);
      let received: readonly Reply[];
      try {
        received = await replies(this.#client, this.#wait(pipeline));
      } catch (error) {
        for (const sending of group) sending.outcome = failed(error);
        return;
      }
      const short = this.#replicas > 0 ? this.#shortOf(received[group.length]) : null;
      for (const [index, sending] of group.entries()) {
        const reply = received[index];
        const outcome = reply ? read(reply, sending) : null;
        sending.outcome = outcome?.ok && short ? { ok: false, error: short } : outcome;
      }
    };
    const groups = groupByServer(this.#client, sendings, ({ room }) => keysOf(room).stream);
    await Promise.all(groups.map(sendGroup));
  }

  #wait(pipeline: ChainableCommander): ChainableCommander {
    return this.#replicas > 0 ? pipeline.wait(this.#replicas, this.#replicaTimeoutMs) : pipeline;
  }

  /** Why a write does not count although the primary has it; null where enough replicas have it. */
  #shortOf(reply: Reply | undefined): StoreError | null {
    if (!reply?.ok) return toStoreError(reply?.error);
    const having = Number(reply.value);
    if (having >= this.#replicas) return null;
    const message = `only ${having} of ${this.#replicas} Redis replicas have the last edits`;
    return new StoreError("UNAVAILABLE", message);
  }
}

function addToStream(pipeline: ChainableCommander, { room, epoch, fields }: Sending): void {
  pipeline.xadd(keysOf(room).stream, "NOMKSTREAM", `${epoch}-*`, ...fields);
}

/** There is no stream, or it ends in a higher epoch: then a script says which it is. */
function readAdded(reply: Reply): AppendOutcome | null {
  if (reply.ok) {
    return reply.value === null ? null : { ok: true, cursor: parseCursor(String(reply.value)) };
  }
  return isRefusedId(reply.error) ? null : failed(reply.error);
}

/**
 * Redis has no code of its own for an id that is not above the stream's last one. Whatever else
 * goes by the general code comes to the script as well, and fails there again.
 */
const isRefusedId = (error: Error): boolean => error.message.startsWith("ERR ");

function appendByScript(pipeline: ChainableCommander, { room, epoch, fields }: Sending): void {
  const { owner, stream, snapshot } = keysOf(room);
  pipeline.appendRecord(owner, stream, snapshot, epoch, ...fields);
}

function readAppended(reply: Reply, { room, epoch }: Sending): AppendOutcome {
  if (!reply.ok) return failed(reply.error);
  const [accepted, value] = reply.value as [1, string] | [0, number];
  return accepted === 1
    ? { ok: true, cursor: parseCursor(value) }
    : { ok: false, error: fenced(room, epoch, value) };
}

const failed = (error: unknown): AppendOutcome => ({ ok: false, error: toStoreError(error) });

/** A home that was claimed from wants to write. */
export const fenced = (room: RoomName, epoch: number, fence: number): StoreError =>
  new StoreError(
    "FENCED",
    `room "${room}" was claimed under epoch ${fence}; epoch ${epoch} may not write any more`,
  );
