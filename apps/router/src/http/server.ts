import { createServer, type Server } from "node:http";
import type { HttpLimits } from "./limits.js";

/**
 * Node's HTTP server with every wait bounded, and with the headers that every answer carries.
 *
 * @param sockets How many connections may be WebSockets; they do not count as requests.
 */
export function createHttpServer(node: string, limits: HttpLimits, sockets: number): Server {
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytes,
  });
  server.timeout = limits.stalledMs;
  server.maxConnections = limits.connections + sockets;
  // The first listener: before any router has seen the request, and whatever it answers.
  server.on("request", (_request, response) => {
    response.setHeader("x-homeroom-node", node);
    response.setHeader("x-content-type-options", "nosniff");
    // A page's address may hold a token.
    response.setHeader("referrer-policy", "no-referrer");
  });
  return server;
}
