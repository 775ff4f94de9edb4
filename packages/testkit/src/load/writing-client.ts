import { setTimeout as pause } from "node:timers/promises";
import { type Closed, RawClient } from "../client/raw-client.js";
import { StockHocuspocus } from "../client/stock-hocuspocus.js";
import {
  type StockYWebsocket,
  type StockYWebsocketOptions,
  stockYWebsocket,
} from "../client/stock-y-websocket.js";
import { AcknowledgedClocks } from "./acknowledged-clocks.js";
import type { Writer } from "./writer.js";

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
  const clocks = new AcknowledgedClocks(writer);
  return stockYWebsocket(wsUrl, room, {
    version,
    doc: writer.doc,
    params: { ...params, ack: "1" },
    maxBackoffTime: longestRetryMs,
    onOpen: clocks.opened,
    onSend: clocks.sending,
    onSettled: clocks.settled,
  });
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

/** A writer with raw clients, one after the other, that are as quick as clients can be. */
export interface RawWriting {
  readonly closes: readonly Closed[];
  /** Sockets that opened. */
  readonly opened: number;
  readonly connected: boolean;
  readonly synced: boolean;
  close(): Promise<void>;
}

/** Connects a writer with a raw client, and with another one whenever its socket has closed. */
export function writeOverRaw(writer: Writer, wsUrl: string, room: string): RawWriting {
  const clocks = new AcknowledgedClocks(writer);
  const closes: Closed[] = [];
  let client: RawClient | null = null;
  let opened = 0;
  let synced = false;
  let leaving = false;
  writer.doc.on("update", (update: Uint8Array, origin: unknown) => {
    if (!(origin instanceof RawClient)) client?.sendUpdate(update);
  });
  const visit = async (): Promise<void> => {
    const options = { ack: true, doc: writer.doc };
    const handlers = { onSend: clocks.sending, onSettled: clocks.settled };
    const visitor = await RawClient.connect(wsUrl, room, { ...options, ...handlers });
    opened += 1;
    clocks.opened();
    client = visitor;
    if (leaving) visitor.terminate();
    const joined = visitor.sync().then(
      () => {
        synced = true;
      },
      // What went wrong is told by how the socket closes, which it is made to.
      () => visitor.terminate(),
    );
    closes.push(await visitor.closed);
    client = null;
    synced = false;
    await joined;
  };
  const visits = (async () => {
    while (!leaving) {
      await visit().catch(() => undefined);
      if (!leaving) await pause(retryMs);
    }
  })();
  return {
    closes,
    get opened() {
      return opened;
    },
    get connected() {
      return client !== null;
    },
    get synced() {
      return synced;
    },
    async close() {
      leaving = true;
      client?.terminate();
      await visits;
      writer.doc.destroy();
    },
  };
}
