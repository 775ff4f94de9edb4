import { createServer, type Server } from "node:http";
import type { NodeProblem } from "@homeroom/protocol";
import type { Logger } from "@homeroom/room";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import type { NodeServerLimits } from "./limits.js";
import { MalformedRequest } from "./malformed-request.js";
import { toRefused } from "./node-problem.js";

/** This process cannot listen where it was told to. */
export class ListenError extends Error {
  constructor(host: string, port: number, cause: Error) {
    super(`${host}:${port} cannot be listened on: ${cause.message}`, { cause });
    this.name = "ListenError";
  }
}

/** A port, and what is answered there. Every wait is bounded. */
export class Door {
  readonly server: Server;
  readonly app: FastifyInstance;
  readonly #closeMs: number;

  constructor(node: string, limits: NodeServerLimits, logger: Logger) {
    const server = createServer({
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
    });
    server.maxConnections = limits.connections;
    server.on("request", (_request, response) => response.setHeader("x-homeroom-node", node));
    this.server = server;
    this.#closeMs = limits.closeMs;
    this.app = fastify({
      serverFactory: (handler) => server.on("request", handler),
      return503OnClosing: false,
      bodyLimit: limits.bodyBytes,
    });
    this.app.setErrorHandler((error: FastifyError, request, reply) => {
      const { status, problem } = refusalOf(error);
      if (status === 500) logger.error({ err: error, path: request.url }, "request failed");
      return reply.code(status).send(problem);
    });
  }

  /** @returns the port that was bound @throws ListenError */
  async listen(host: string, port: number): Promise<number> {
    await this.app.ready();
    return await new Promise<number>((resolve, reject) => {
      const fail = (error: Error): void => reject(new ListenError(host, port, error));
      this.server.once("error", fail);
      this.server.listen({ host, port }, () => {
        this.server.off("error", fail);
        const address = this.server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** For requests under way there is a moment. */
  async close(): Promise<void> {
    const cut = setTimeout(() => this.server.closeAllConnections(), this.#closeMs);
    // Here and not by fastify, which did not make it listen.
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    await Promise.all([closed, this.app.close()]);
    clearTimeout(cut);
  }
}

function refusalOf(error: FastifyError): {
  readonly status: number;
  readonly problem: NodeProblem;
} {
  const refused = toRefused(error);
  if (refused) return refused;
  const { message, statusCode = 500 } = error;
  if (error instanceof MalformedRequest || statusCode < 500) {
    return { status: statusCode < 500 ? statusCode : 400, problem: { code: "MALFORMED", message } };
  }
  return { status: 500, problem: { code: "INTERNAL", message: "an error that nobody expected" } };
}
