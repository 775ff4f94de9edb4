// What `y-websocket-server` runs, with a port that the system chooses; everything in memory.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setupWSConnection } from "@y/websocket-server/utils";

// Its own copy of ws, which is an older one.
const { Server } = createRequire(import.meta.resolve("@y/websocket-server/utils"))("ws");
const sockets = new Server({ noServer: true });
sockets.on("connection", setupWSConnection);
const server = createServer();
server.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit("connection", ws, request));
});
server.listen(0, "127.0.0.1", () => {
  console.log(`ready at http://127.0.0.1:${server.address().port}`);
});
