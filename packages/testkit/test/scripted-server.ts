import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** A WebSocket server that does what a test says with each socket and each message. */
export interface ScriptedServer {
  readonly wsUrl: string;
  readonly port: number;
  readonly sockets: readonly WebSocket[];
  readonly urls: readonly string[];
  close(): Promise<void>;
}

export interface Script {
  readonly onConnect?: (socket: WebSocket) => void;
  readonly onMessage?: (socket: WebSocket, bytes: Uint8Array) => void;
}

export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const sockets: WebSocket[] = [];
  const urls: string[] = [];
  server.on("connection", (socket, request) => {
    sockets.push(socket);
    urls.push(request.url ?? "");
    socket.on("message", (data: Buffer) => script.onMessage?.(socket, new Uint8Array(data)));
    script.onConnect?.(socket);
  });
  const { port } = server.address() as AddressInfo;
  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    port,
    sockets,
    urls,
    async close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}
