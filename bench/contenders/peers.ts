import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.js";
import { startServer } from "./server-process.js";

const peer = (name: string, kind: Contender["kind"], dialect: Contender["dialect"]): Contender => ({
  name,
  kind,
  dialect,
  async start({ directory, nodeArguments }) {
    const script = fileURLToPath(new URL(`./servers/${name}.mjs`, import.meta.url));
    const { url, pid, stop } = await startServer([...nodeArguments, script], directory);
    return { urls: [url], pids: [pid], redis: null, stop };
  },
});

/** Keeps no document: what a WebSocket server costs. */
export const relay: Contender = peer("relay", "floor", "y-websocket");
export const yWebsocketServer: Contender = peer("y-websocket-server", "peer", "y-websocket");
export const hocuspocus: Contender = peer("hocuspocus", "peer", "hocuspocus");
