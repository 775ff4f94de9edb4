import type { Random } from "../random.js";
import { eventually } from "../wait/eventually.js";
import { Arrivals } from "./arrivals.js";
import { Writer, watchEdits } from "./writer.js";
import { writeOverHocuspocus, writeOverRaw, writeOverYWebsocket } from "./writing-client.js";

/** The clients there are: two stock ones, and ours. */
export const clientKinds = ["y-websocket", "hocuspocus", "raw"] as const;
export type ClientKind = (typeof clientKinds)[number];

export interface CrowdOptions {
  readonly rooms: readonly string[];
  /** Where clients connect to; those of a room are spread over them. */
  readonly wsUrls: readonly string[];
  readonly random: Random;
  /** Writers per room; three unless said otherwise, one of each kind. */
  readonly writers?: number;
  /** See `WriterOptions`. */
  readonly ballast?: number;
}

/** A writer at their desk. */
export interface Seat {
  readonly room: string;
  readonly kind: ClientKind;
  /** Which of the crowd's addresses it connects to. */
  readonly door: number;
  readonly writer: Writer;
  /** Sockets that have opened so far. */
  readonly opened: number;
  readonly connected: boolean;
  readonly synced: boolean;
  /** The last sockets' ends, for the report of a failure. */
  readonly story: () => unknown;
  close(): void | Promise<void>;
}

/** People who write in several rooms over several addresses with several kinds of clients. */
export class Crowd {
  readonly rooms: readonly string[];
  readonly seats: readonly Seat[];
  readonly arrivals: Arrivals = new Arrivals();
  #closing: Promise<void> | null = null;
  /** Per writer, how many edits of each other writer of the room they have seen. */
  readonly #seen = new Map<Writer, Map<string, number>>();

  constructor({ rooms, wsUrls, random, writers = clientKinds.length, ballast = 0 }: CrowdOptions) {
    this.rooms = rooms;
    this.seats = rooms.flatMap((room, row) =>
      Array.from({ length: writers }, (_, column) => {
        const door = (row + column) % wsUrls.length;
        const kind = clientKinds[column % clientKinds.length] as ClientKind;
        const writer = new Writer(`${room}/${column}`, random.fork(), { ballast });
        this.arrivals.add(writer);
        this.arrivals.watch(writer.doc, writer);
        this.#watch(writer);
        return takeSeat({ room, kind, door, writer }, wsUrls[door] as string);
      }),
    );
  }

  get writers(): readonly Writer[] {
    return this.seats.map(({ writer }) => writer);
  }

  writersIn(room: string): readonly Writer[] {
    return this.seats.filter((seat) => seat.room === room).map(({ writer }) => writer);
  }

  /** Everybody types, an edit about every `ms` milliseconds each, until `rest`. */
  type(ms: number): void {
    for (const writer of this.writers) writer.type(ms);
  }

  rest(): void {
    for (const writer of this.writers) writer.rest();
  }

  /** Waits until everybody's room is there. @throws DeadlineError */
  async synced(within: number = 20_000): Promise<void> {
    await this.#each(({ synced }) => synced, within, "is synced");
  }

  /** Waits until everybody has seen an edit of everybody else made after now. @throws DeadlineError */
  async flows(within: number = 20_000): Promise<void> {
    const before = new Map(this.writers.map((writer) => [writer, writer.written.length]));
    const sees = ({ room, writer }: Seat): boolean =>
      this.writersIn(room).every((other) => {
        const seen = this.#seen.get(writer)?.get(other.name) ?? 0;
        return other === writer || seen > (before.get(other) ?? 0);
      });
    await this.#each(sees, within, "sees what the others write");
  }

  /** Waits until everybody has `count` more edits acknowledged than now. @throws DeadlineError */
  async acknowledged(count: number, within: number = 20_000): Promise<void> {
    const before = new Map(this.writers.map((writer) => [writer, writer.acknowledged.size]));
    await this.#each(
      ({ writer }) => writer.acknowledged.size >= (before.get(writer) ?? 0) + count,
      within,
      `has ${count} more edits acknowledged`,
    );
  }

  /** Waits until nobody waits for an acknowledgement. @throws DeadlineError */
  async settled(within: number = 20_000): Promise<void> {
    await this.#each(({ writer }) => writer.waiting === 0, within, "has everything acknowledged");
  }

  /** Sockets of the clients of one address that had opened and have closed. */
  closed(door: number): number {
    return this.seats
      .filter((seat) => seat.door === door)
      .reduce((sum, { opened, connected }) => sum + opened - (connected ? 1 : 0), 0);
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.rest();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all(this.seats.map((seat) => seat.close()));
  }

  #watch(writer: Writer): void {
    const seen = new Map<string, number>();
    this.#seen.set(writer, seen);
    watchEdits(writer.doc, (id) => {
      const at = id.lastIndexOf(":");
      const name = id.slice(0, at);
      seen.set(name, Math.max(seen.get(name) ?? 0, Number(id.slice(at + 1)) + 1));
    });
  }

  async #each(holds: (seat: Seat) => boolean, within: number, what: string): Promise<void> {
    const others = (): readonly Seat[] => this.seats.filter((seat) => !holds(seat));
    await eventually(() => others().length === 0, {
      within,
      message: () => `everybody ${what}; not so:\n${others().map(tell).join("\n")}`,
    });
  }
}

const tell = ({ writer, kind, door, opened, connected, synced, story }: Seat): string =>
  JSON.stringify({
    writer: writer.name,
    ...{ kind, door, opened, connected, synced },
    written: writer.written.length,
    acknowledged: writer.acknowledged.size,
    waiting: writer.waiting,
    closes: story(),
  });

function takeSeat(seat: Pick<Seat, "room" | "kind" | "door" | "writer">, wsUrl: string): Seat {
  const { writer, room } = seat;
  switch (seat.kind) {
    case "y-websocket": {
      const client = writeOverYWebsocket(writer, wsUrl, room);
      return live(seat, {
        opened: () => client.opened,
        connected: () => client.provider.wsconnected,
        synced: () => client.synced,
        story: () => client.closes.slice(-4),
        close: () => client.close(),
      });
    }
    case "hocuspocus": {
      const client = writeOverHocuspocus(writer, wsUrl, room);
      return live(seat, {
        opened: () => client.opened,
        connected: () => client.socket.status === "connected",
        synced: () => client.rooms[0]?.synced === true,
        story: () => client.closes.slice(-4),
        close: () => client.close(),
      });
    }
    case "raw": {
      const client = writeOverRaw(writer, wsUrl, room);
      return live(seat, {
        opened: () => client.opened,
        connected: () => client.connected,
        synced: () => client.synced,
        story: () => client.closes.slice(-4),
        close: () => client.close(),
      });
    }
  }
}

interface Client {
  readonly opened: () => number;
  readonly connected: () => boolean;
  readonly synced: () => boolean;
  readonly story: () => unknown;
  readonly close: () => void | Promise<void>;
}

const live = (seat: Pick<Seat, "room" | "kind" | "door" | "writer">, client: Client): Seat => ({
  ...seat,
  get opened() {
    return client.opened();
  },
  get connected() {
    return client.connected();
  },
  get synced() {
    return client.synced();
  },
  story: client.story,
  close: client.close,
});
