import * as decoding from "lib0/decoding";
import * as Y from "yjs";
import { StockHocuspocus } from "../client/stock-hocuspocus.js";
import {
  type StockYWebsocket,
  type StockYWebsocketOptions,
  stockYWebsocket,
} from "../client/stock-y-websocket.js";
import type { Writer } from "./writer.js";

/** Clocks of the writer that one sent message makes durable once it is acknowledged. */
interface Covered {
  readonly from: number;
  readonly to: number;
}

/** Waits between two attempts to reach a server that was killed. */
const retryMs = 100;
const longestRetryMs = 500;

/**
 * Connects a writer with a stock y-websocket provider that asks for acknowledgements, and tells
 * the writer what each of them makes durable.
 */
export function writeOverYWebsocket(
  writer: Writer,
  wsUrl: string,
  room: string,
  { version = 3, params = {} }: Pick<StockYWebsocketOptions, "version" | "params"> = {},
): StockYWebsocket {
  let sent: Covered[] = [];
  let settled = 0;
  return stockYWebsocket(wsUrl, room, {
    version,
    doc: writer.doc,
    params: { ...params, ack: "1" },
    maxBackoffTime: longestRetryMs,
    onOpen() {
      sent = [];
      settled = 0;
    },
    onSend(frame) {
      const covered = coverage(frame, writer);
      if (covered !== null) sent.push(covered);
    },
    onSettled(count) {
      if (count > sent.length) throw new Error(`${count} acknowledged, ${sent.length} sent`);
      if (count < settled) throw new Error(`acknowledgements fell from ${settled} to ${count}`);
      for (const { from, to } of sent.slice(settled, count)) writer.settle(from, to);
      settled = count;
    },
  });
}

/**
 * What a frame says of the writer's own edits. A SyncStep2 leaves out what the server said that
 * it has, so it answers for everything up to its end; an update only for itself.
 */
function coverage(frame: Uint8Array, writer: Writer): Covered | null {
  const decoder = decoding.createDecoder(frame);
  if (decoding.readVarUint(decoder) !== 0) return null;
  switch (decoding.readVarUint(decoder)) {
    case 1:
      return { from: 0, to: writer.clock };
    case 2: {
      const { from, to } = Y.parseUpdateMeta(decoding.readVarUint8Array(decoder));
      const own = writer.doc.clientID;
      return { from: from.get(own) ?? 0, to: to.get(own) ?? 0 };
    }
    default:
      return null;
  }
}

/**
 * Connects a writer with a stock Hocuspocus provider. Its count of unsynced changes falls to zero
 * when everything written so far is durable.
 */
export function writeOverHocuspocus(
  writer: Writer,
  wsUrl: string,
  room: string,
  token = "",
): StockHocuspocus {
  const client = new StockHocuspocus(wsUrl, { delay: retryMs, maxDelay: longestRetryMs });
  client.room(room, {
    doc: writer.doc,
    token,
    onUnsynced(count) {
      if (count === 0) writer.settleAll();
    },
  });
  return client;
}
