import { HomeroomProvider } from "@homeroom/client";
import { WebSocket } from "ws";
import { Doc } from "yjs";

const doc = new Doc();
const provider = new HomeroomProvider("ws://127.0.0.1:1234", "examples/node", doc, {
  WebSocketPolyfill: WebSocket,
  disableBc: true,
});

doc.getArray("log").push([`a job ran at ${new Date().toISOString()}`]);
await provider.whenSaved({ signal: AbortSignal.timeout(10_000) });
provider.destroy();
console.log("It is on the server's disk.");
