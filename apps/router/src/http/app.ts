import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Logger } from "@homeroom/room";
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
} from "fastify";
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { HttpLimits } from "./limits.js";
import { Problem, parserProblem, toProblem } from "./problem.js";
import { writeRawProblem } from "./raw-problem.js";

/** A fastify application whose routes are typed by their zod schemas. */
export type App = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface AppOptions {
  readonly server: Server;
  readonly node: string;
  readonly limits: HttpLimits;
  readonly logger: Logger;
}

/** Encoded as `%XX`, the longest room name takes 765 characters; longer ones deserve a 400 too. */
const MAX_PARAM_LENGTH = 4_096;

/**
 * A fastify application on `server` with what all routes share: validation by zod, errors as
 * `application/problem+json`, one log line per request.
 */
export function createApp({ server, node, limits, logger }: AppOptions): App {
  const app = fastify({
    serverFactory: (handler) => server.on("request", handler),
    // Requests are answered until the very end; a closing server says `connection: close`.
    return503OnClosing: false,
    bodyLimit: limits.bodyBytes,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    clientErrorHandler: (error, socket) => writeRawProblem(socket, node, parserProblem(error)),
    frameworkErrors: (error, _request, reply) => sendProblem(reply, toProblem(error)),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500 && problem.cause !== undefined) {
      const fields = { err: problem.cause, method: request.method, path: pathOf(request.url) };
      logger.error(fields, "HTTP request failed");
    }
    sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `there is nothing at ${pathOf(request.url)}; see /api/docs`;
    sendProblem(reply, new Problem("NOT_FOUND", detail));
  });
  app.addHook("onResponse", async (request, reply) => {
    const fields = {
      method: request.method,
      path: pathOf(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    logger.debug(fields, "HTTP request");
  });
  return app.withTypeProvider<ZodTypeProvider>();
}

/** Without its query, which may hold a token. */
function pathOf(url: string): string {
  return url.split("?", 1).join("");
}

function sendProblem(reply: FastifyReply, problem: Problem): void {
  reply
    .code(problem.status)
    .headers(problem.headers)
    .type("application/problem+json")
    .send(problem.body());
}
