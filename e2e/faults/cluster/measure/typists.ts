import { eventually, type Random, RawClient } from "@homeroom/testkit";

/** In the bytes of an edit: who made it, and its number. */
const MARK = /<(\d+):(\d+)>/g;

interface Seat {
  readonly client: RawClient;
  /** When each of its edits was made. */
  readonly madeAt: number[];
  /** By typist: the number of the last edit that has arrived here, −1 for none. */
  readonly seen: number[];
}

/**
 * People who type into one room, of whom only the wire is there. They keep no document of the room
 * and find the edits of others in the bytes: twenty documents of 300 KB in one process hold each
 * other up for longer than the move of a room takes.
 */
export class Typists {
  readonly #seats: readonly Seat[];
  readonly #random: Random;
  #timers: NodeJS.Timeout[] = [];
  #gaps: number[] = [];

  static async join(
    wsUrls: readonly string[],
    room: string,
    { count, random }: { readonly count: number; readonly random: Random },
  ): Promise<Typists> {
    const told: ((update: Uint8Array) => void)[] = [];
    const clients = Array.from({ length: count }, async (_, own) => {
      const onUpdate = (update: Uint8Array): void => told[own]?.(update);
      const wsUrl = wsUrls[own % wsUrls.length] as string;
      return await RawClient.join(wsUrl, room, { ack: true, onUpdate });
    });
    const typists = new Typists(await Promise.all(clients), random);
    for (let own = 0; own < count; own++) told[own] = (update) => typists.#arrived(own, update);
    return typists;
  }

  private constructor(clients: readonly RawClient[], random: Random) {
    this.#random = random;
    this.#seats = clients.map((client) => ({ client, madeAt: [], seen: clients.map(() => -1) }));
  }

  /** Sockets that have closed. */
  get closed(): number {
    return this.#seats.filter(({ client }) => client.closeInfo !== null).length;
  }

  /** All edits that were made, as the array `marks` of the room holds them. */
  get marks(): readonly string[] {
    return this.#seats.flatMap(({ madeAt }, own) =>
      madeAt.map((_, number) => `<${own}:${number}>`),
    );
  }

  /** Each makes an edit every `ms` milliseconds, not all at once. */
  type(ms: number): void {
    this.#timers = this.#seats.map((_, own) => {
      const begin = this.#random.integer(0, ms);
      const timer = setTimeout(() => {
        this.#timers[own] = setInterval(() => this.#write(own), ms);
      }, begin);
      return timer;
    });
  }

  rest(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Waits until everybody has seen an edit of everybody else that was made after now. */
  async flows(within = 20_000): Promise<void> {
    const before = this.#seats.map(({ madeAt }) => madeAt.length);
    const sees = ({ seen }: Seat, own: number): boolean =>
      before.every((count, author) => author === own || (seen[author] ?? -1) >= count);
    await eventually(() => this.#seats.every(sees), { within, message: "edits flow" });
  }

  /** Waits until all that was typed is durable. */
  async settled(): Promise<void> {
    await Promise.all(this.#seats.map(({ client }) => client.allAcknowledged(30_000)));
  }

  /** Milliseconds that edits took to each of the others, since this was last asked for. */
  takeGaps(): readonly number[] {
    const gaps = this.#gaps;
    this.#gaps = [];
    return gaps;
  }

  async close(): Promise<void> {
    this.rest();
    await Promise.all(this.#seats.map(({ client }) => client.close()));
  }

  #write(own: number): void {
    const { client, madeAt } = this.#seats[own] as Seat;
    const mark = `<${own}:${madeAt.length}>`;
    madeAt.push(performance.now());
    client.edit((doc) => doc.getArray("marks").push([mark]));
  }

  #arrived(own: number, update: Uint8Array): void {
    const now = performance.now();
    const { seen } = this.#seats[own] as Seat;
    for (const [, author, number] of Buffer.from(update).toString("latin1").matchAll(MARK)) {
      const madeAt = this.#seats[Number(author)]?.madeAt[Number(number)];
      // What is sent again after a move has been counted.
      if (madeAt === undefined || Number(number) <= (seen[Number(author)] ?? -1)) continue;
      seen[Number(author)] = Number(number);
      this.#gaps.push(now - madeAt);
    }
  }
}
