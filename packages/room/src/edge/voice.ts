import {
  encodeAuthenticated,
  encodeClose,
  encodeDenied,
  encodeRefused,
  encodeSettled,
  encodeSyncStatus,
} from "@homeroom/protocol";

/**
 * How a session is spoken to. Sync and awareness are the same in both dialects, behind the
 * prefix; the rest is said in different words, or not at all.
 */
export interface Voice {
  /** Stands in front of every message; empty for y-websocket. */
  readonly prefix: Uint8Array;
  /** Equal for sessions that may be sent the same bytes. */
  readonly key: string;
  /** Whether the client can be told what is durable and what was refused. */
  readonly acknowledges: boolean;
  /** Whether the client counts what it is told. */
  readonly counts: boolean;
  welcome(readOnly: boolean): Uint8Array | null;
  /** What the client needs to hear before its session ends and the socket stays open. */
  denied(reason: string): Uint8Array | null;
  ended(reason: string): Uint8Array | null;
  /** `count` more messages are durable, `number` of them in all. */
  settled(number: number, count: number): readonly Uint8Array[];
  refused(number: number, reason: string): Uint8Array;
}

const NO_PREFIX = new Uint8Array(0);

const yWebsocket = (acknowledges: boolean): Voice => ({
  prefix: NO_PREFIX,
  key: "",
  acknowledges,
  counts: false,
  welcome: () => null,
  denied: () => null,
  ended: () => null,
  settled: (number) => [encodeSettled(number)],
  refused: (number, reason) => encodeRefused(number, reason),
});

const silent = yWebsocket(false);
const acknowledging = yWebsocket(true);

/** y-websocket; `acknowledges` where it connected with `?ack=1`. */
export const yWebsocketVoice = (acknowledges: boolean): Voice =>
  acknowledges ? acknowledging : silent;

/** Hocuspocus: one answer per message, without a number. */
export const hocuspocusVoice = (prefix: Uint8Array, address: string): Voice => ({
  prefix,
  key: address,
  acknowledges: true,
  counts: true,
  welcome: (readOnly) => encodeAuthenticated(prefix, readOnly),
  denied: (reason) => encodeDenied(prefix, reason),
  ended: (reason) => encodeClose(prefix, reason),
  settled: (_number, count) => new Array(count).fill(encodeSyncStatus(prefix, true)),
  refused: () => encodeSyncStatus(prefix, false),
});
