// The floor: hands every message to the others in the room, and keeps nothing.
import { WebSocketServer } from "ws";

/** A SyncStep1, and the answer of somebody who has nothing. */
const STEP_1 = [0, 0];
const EMPTY_STEP_2 = Uint8Array.of(0, 1, 2, 0, 0);

const rooms = new Map();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => {
  console.log(`ready at http://127.0.0.1:${server.address().port}`);
});
server.on("connection", (ws, { url }) => {
  const room = rooms.get(url) ?? new Set();
  rooms.set(url, room.add(ws));
  ws.on("message", (message) => {
    if (message[0] === STEP_1[0] && message[1] === STEP_1[1]) ws.send(EMPTY_STEP_2);
    else for (const other of room) if (other !== ws) other.send(message);
  });
  ws.on("close", () => room.delete(ws));
});
