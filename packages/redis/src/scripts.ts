import { readFileSync } from "node:fs";
import type { Cluster, Redis, Result } from "ioredis";

/** One atomic step; its file says what it takes and gives, and ends in the number of its keys. */
interface Script {
  readonly command: string;
  readonly numberOfKeys: number;
  readonly lua: string;
}

/** The sources lie beside these, whether they run as they are or compiled. */
const folder = new URL("../src/lua/", import.meta.url);
const files = {
  registerNode: "register-2",
  renewNode: "renew-2",
  resignNode: "resign-1",
  declareNodeDead: "declare-dead-1",
  listNodes: "list-nodes-1",
  declareNoHomes: "declare-no-homes-1",
  claimRoom: "claim-3",
  reassertRoom: "reassert-3",
  releaseRoom: "release-3",
  appendRecord: "append-3",
  compactRoom: "compact-3",
  installRoom: "install-3",
  removeRoom: "remove-3",
  openRoom: "open-2",
  describeRoom: "describe-2",
  positionOfRoom: "position-3",
  recordsSince: "since-2",
} as const;

const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");

/** Every script, with its `-- @include`d parts in place. */
const scripts: readonly Script[] = Object.entries(files).map(([command, file]) => ({
  command,
  numberOfKeys: Number(file.slice(-1)),
  lua: read(`${file}.lua`).replace(/^-- @include (\w+)$/gm, (_, part: string) =>
    read(`parts/${part}.lua`),
  ),
}));

/**
 * Makes the scripts commands of a client, which sends a script's source once per connection and its
 * digest from then on, and the source again where the server has forgotten it.
 */
export function defineScripts(client: Redis | Cluster): void {
  for (const { command, numberOfKeys, lua } of scripts) {
    client.defineCommand(command, { numberOfKeys, lua });
  }
}

type Text = string | number | Buffer;
/** 1 where the claim was made; node, incarnation, epoch and state of the newest claim. */
export type ClaimReply = [number, string, number, number, "held" | "released"];
export type RegisterReply = ["registered", number, string, number] | ["taken", number];
export type RenewReply = ["renewed", string, number] | ["lapsed"] | ["superseded", number];
/** Node, incarnation, 1 where it is alive, milliseconds since its renewal, announcement. */
export type NodeReply = [string, number, number, number, string];
export type CompactReply = ["stored" | "older" | "absent" | "beyond"] | ["fenced", number];
/** Id, then names and values of the fields. */
export type StreamEntry = [Buffer, Buffer[]];

declare module "ioredis" {
  interface RedisCommander<Context> {
    registerNode(...keysAndArgs: Text[]): Result<RegisterReply, Context>;
    renewNode(...keysAndArgs: Text[]): Result<RenewReply, Context>;
    resignNode(...keysAndArgs: Text[]): Result<number, Context>;
    declareNodeDead(...keysAndArgs: Text[]): Result<number, Context>;
    listNodes(...keysAndArgs: Text[]): Result<NodeReply[], Context>;
    declareNoHomes(...keysAndArgs: Text[]): Result<number, Context>;
    claimRoom(...keysAndArgs: Text[]): Result<ClaimReply, Context>;
    reassertRoom(...keysAndArgs: Text[]): Result<ClaimReply, Context>;
    releaseRoom(...keysAndArgs: Text[]): Result<number, Context>;
    appendRecord(...keysAndArgs: Text[]): Result<[1, string] | [0, number], Context>;
    compactRoom(...keysAndArgs: Text[]): Result<CompactReply, Context>;
    installRoom(
      ...keysAndArgs: Text[]
    ): Result<["stored"] | ["changed"] | ["fenced", number], Context>;
    removeRoom(
      ...keysAndArgs: Text[]
    ): Result<["removed"] | ["absent"] | ["fenced", number], Context>;
    /** The entries of the stream; the snapshot and its cursor. */
    openRoomBuffer(
      ...keysAndArgs: Text[]
    ): Result<[StreamEntry[], [Buffer | null, Buffer | null]], Context>;
    /** Epoch, sequence number, bytes, time of the last append. */
    describeRoom(...keysAndArgs: Text[]): Result<[number, number, number, number] | null, Context>;
    /** Epoch, sequence number, 1 where intact, epoch of the last removal. */
    positionOfRoom(...keysAndArgs: Text[]): Result<[number, number, number, number], Context>;
    recordsSinceBuffer(...keysAndArgs: Text[]): Result<StreamEntry[] | null, Context>;
  }
}
