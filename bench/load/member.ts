import { type Dialect, type DialectName, dialect } from "./dialect.js";
import { RawClient } from "./raw-client.js";

const SYNC_MS = 60_000;

export interface MemberOptions {
  readonly url: string;
  readonly room: string;
  readonly dialect: DialectName;
  /** What one read of the socket has brought, all messages of it complete. */
  readonly onRead?: (bytes: Buffer, end: number) => void;
  /** A SyncStep2 or an update, valid during the call. */
  readonly onState?: (update: Uint8Array) => void;
}

/** One client in one room, from the open socket to `synced`. */
export class Member {
  readonly dialect: Dialect;
  #client: RawClient | null = null;
  #sent = 0;
  #settled = 0;
  #closedWith: number | null = null;
  #synced: (() => void) | null = null;

  private constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** Resolves when the server has sent all that it has. */
  static async join(options: MemberOptions): Promise<Member> {
    const member = new Member(dialect(options.dialect, options.room));
    const synced = new Promise<void>((resolve) => {
      member.#synced = resolve;
    });
    const { onState, onRead } = options;
    const client = await RawClient.connect(new URL(member.dialect.path, options.url), {
      message: (bytes, start) => member.#receive(bytes, start, onState),
      ...(onRead && { read: onRead }),
      closed: (code) => {
        member.#closedWith = code;
      },
    });
    member.#client = client;
    for (const frame of member.dialect.hello) client.send(frame);
    await within(SYNC_MS, `synced in ${options.room}`, synced);
    return member;
  }

  /** Messages that the server has not said to be durable, where it says so. */
  get unsettled(): number {
    return this.#sent - this.#settled;
  }

  get closedWith(): number | null {
    return this.#closedWith;
  }

  /** A frame of `dialect.update`. @returns whether more should wait for `drained` */
  sendUpdate(frame: Buffer): boolean {
    this.#sent++;
    return this.#client?.send(frame) ?? false;
  }

  sendAwareness(frame: Buffer): void {
    this.#client?.send(frame);
  }

  async drained(): Promise<void> {
    await this.#client?.drained();
  }

  /** Resolves when the server has answered what comes after everything that was sent. */
  async roundTrip(timeoutMs: number): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.#synced = resolve;
    });
    this.#client?.send(this.dialect.step1);
    await within(timeoutMs, "an answer", answered);
  }

  close(): void {
    this.#client?.close();
  }

  #receive(bytes: Buffer, start: number, onState: MemberOptions["onState"]): void {
    const said = this.dialect.read(bytes, start);
    switch (said.kind) {
      case "step1":
        // A question after our first answer is one of Homeroom's, whether we hold something back.
        this.sendUpdate(this.dialect.emptyStep2);
        break;
      case "step2":
        onState?.(bytes.subarray(said.start, said.end));
        this.#synced?.();
        break;
      case "update":
        onState?.(bytes.subarray(said.start, said.end));
        break;
      case "settled":
        this.#settled = said.count;
        break;
    }
  }
}

/** @throws where it takes longer */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
