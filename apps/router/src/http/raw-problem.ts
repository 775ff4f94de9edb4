import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Problem } from "./problem.js";

/**
 * Answers a request that never became one: refused by Node's parser, or an upgrade that is none.
 * Ends the connection.
 */
export function writeRawProblem(
  socket: Duplex,
  node: string,
  problem: Problem,
  headers: readonly string[] = [],
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = problem.body();
  socket.once("finish", () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      "Connection: close",
      "Content-Type: application/problem+json; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `x-homeroom-node: ${node}`,
      ...headers,
      "",
      body,
    ].join("\r\n"),
  );
}
