import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../app.js";
import { renderJson, renderText } from "../document-view.js";
import { Problem } from "../problem.js";
import { problems, roomParams } from "../schemas.js";
import type { RouteContext } from "./context.js";

const UPDATE = "application/octet-stream";

/** A room's document: read in three forms, edited by a Yjs update. */
export function addDocumentRoutes(api: App, { rooms, limits, demand }: RouteContext): void {
  const tags = ["documents"];
  // For bodies that the JSON parser does not take: bytes stay bytes.
  api.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  api.route({
    method: "GET",
    url: "/rooms/:room/document",
    onRequest: demand("read"),
    schema: {
      tags,
      summary: "Read a room's document as it is now",
      params: roomParams,
      querystring: z.object({
        as: z
          .enum(["update", "text", "json"])
          .default("update")
          .describe("a Yjs V1 update of the whole document; the plain text of a root; JSON"),
        root: z
          .string()
          .max(255)
          .optional()
          .describe("a root's name; may be left away for the only root, or for all as JSON"),
      }),
      response: {
        200: {
          description: "the document",
          content: {
            [UPDATE]: { schema: z.string().meta({ format: "binary" }) },
            "text/plain": { schema: z.string() },
            "application/json": { schema: z.unknown() },
          },
        },
        ...problems,
      },
    },
    handler: async ({ params, query }, reply) => {
      const update = await rooms.read(params.room);
      if (update === null) throw new Problem("ROOM_ABSENT", "nothing was ever written to the room");
      const { as, root = null } = query;
      if (as === "update") return reply.type(UPDATE).send(update);
      if (update.length > limits.renderBytes) {
        const detail = `documents over ${limits.renderBytes} bytes are to be had as=update alone`;
        throw new Problem("NOT_RENDERABLE", detail);
      }
      if (as === "text") {
        return reply.type("text/plain; charset=utf-8").send(renderText(update, root));
      }
      return reply.type("application/json").send(renderJson(update, root));
    },
  });

  api.route({
    method: "PATCH",
    url: "/rooms/:room/document",
    onRequest: [demand("write"), refuseOtherTypes],
    bodyLimit: limits.updateBytes,
    schema: {
      tags,
      summary: "Apply a Yjs V1 update to a room's document",
      description: `The body is the update, as ${UPDATE}. The answer comes when it is durable.`,
      consumes: [UPDATE],
      params: roomParams,
      body: z
        .instanceof(Uint8Array, { error: "must be a Yjs V1 update" })
        .refine(({ length }) => length > 0, "must be a Yjs V1 update, and is empty")
        .meta({ format: "binary" }),
      response: { 204: z.undefined().describe("durable"), ...problems },
    },
    handler: async ({ params, body }, reply) => {
      await rooms.write(params.room, body);
      reply.code(204);
    },
  });
}

/** `fetch` names no type for bytes, so none is as good as the right one. */
async function refuseOtherTypes({ headers }: FastifyRequest): Promise<void> {
  const type = headers["content-type"]?.split(";", 1).join("").trim().toLowerCase();
  if (type === undefined || type === UPDATE) return;
  throw new Problem("UNSUPPORTED_MEDIA_TYPE", `an update is sent as ${UPDATE}, not ${type}`);
}
