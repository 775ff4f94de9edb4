import { Bytes, readVarUint } from "./bytes.js";
import { clientFrame } from "./frames.js";

export type DialectName = "y-websocket" | "hocuspocus";

/** What a server says that a client has to act upon. */
export type Said =
  /** It holds what we know: a SyncStep2 with the whole difference. */
  | { readonly kind: "step2"; readonly start: number; readonly end: number }
  /** It asks what we know that it does not. */
  | { readonly kind: "step1" }
  | { readonly kind: "update"; readonly start: number; readonly end: number }
  /** So many of our messages are durable, in all. */
  | { readonly kind: "settled"; readonly count: number }
  /** One more of our messages has been taken. */
  | { readonly kind: "taken" }
  | { readonly kind: "other" };

/** How a client of one room speaks. Everything that it sends is a complete frame. */
export interface Dialect {
  readonly path: string;
  /** What it sends as soon as the socket is open, knowing nothing. */
  readonly hello: readonly Buffer[];
  /** The answer to a server's SyncStep1: nothing that it lacks. */
  readonly emptyStep2: Buffer;
  /** Asks for everything. */
  readonly step1: Buffer;
  update(update: Uint8Array): Buffer;
  awareness(entries: Uint8Array): Buffer;
  read(bytes: Uint8Array, start: number): Said;
}

const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const SYNC_STATUS = 8;
const SETTLED = 80;
/** A state vector of nothing, and an update of nothing. */
const NO_STATE = Uint8Array.of(0);
const NO_UPDATE = Uint8Array.of(0, 0);

export function dialect(name: DialectName, room: string): Dialect {
  const address = name === "hocuspocus" ? new Bytes().text(room).end() : Buffer.alloc(0);
  const begin = (): Bytes => new Bytes().raw(address);
  const sync = (kind: number, body: Uint8Array): Buffer =>
    clientFrame(begin().varUint(SYNC).varUint(kind).before(body));
  const step1 = sync(0, NO_STATE);
  const token = clientFrame(begin().varUint(AUTH).varUint(0).text("").text("4.7.0").end());
  return {
    path: name === "hocuspocus" ? "/" : `/${encodeURIComponent(room)}?ack=1`,
    hello: name === "hocuspocus" ? [token, step1] : [step1],
    step1,
    emptyStep2: sync(1, NO_UPDATE),
    update: (update) => sync(2, update),
    awareness: (entries) => clientFrame(begin().varUint(AWARENESS).before(entries)),
    read: (bytes, start) => readMessage(bytes, start + address.length),
  };
}

function readMessage(bytes: Uint8Array, start: number): Said {
  switch (bytes[start]) {
    case SYNC:
      return readSync(bytes, start + 1);
    case SETTLED:
      return { kind: "settled", count: readVarUint(bytes, start + 1)[0] };
    case SYNC_STATUS:
      return { kind: "taken" };
    default:
      return OTHER;
  }
}

const OTHER: Said = { kind: "other" };
const STEP_1: Said = { kind: "step1" };

function readSync(bytes: Uint8Array, at: number): Said {
  const kind = bytes[at];
  if (kind === 0) return STEP_1;
  const [length, start] = readVarUint(bytes, at + 1);
  return { kind: kind === 1 ? "step2" : "update", start, end: start + length };
}
