import { z } from "zod";
import type { NoLinks } from "../../auth/link-signer.js";
import { callerOf } from "../access.js";
import type { App } from "../app.js";
import { Problem } from "../problem.js";
import { problems, roomParams } from "../schemas.js";
import type { RouteContext } from "./context.js";

const MINUTE = 60;
const WEEK = 604_800;
const THIRTY_DAYS = 2_592_000;

const access = z.enum(["read", "write"]);

/** Links: tokens for one room, for whom somebody lets in. */
export function addLinkRoutes(api: App, { links, demand }: RouteContext): void {
  api.route({
    method: "POST",
    url: "/rooms/:room/links",
    onRequest: demand("write"),
    schema: {
      tags: ["rooms"],
      summary: "Sign a token that lets others into a room",
      params: roomParams,
      body: z.object({
        access,
        ttlSeconds: z
          .int()
          .min(MINUTE)
          .max(THIRTY_DAYS)
          .default(WEEK)
          .describe("how long the link lets in; a writer's links end with the writer's own token"),
      }),
      response: {
        201: z
          .object({
            room: z.string(),
            access,
            token: z.string().describe("for `?token=`, or `Authorization: Bearer`"),
            expiresAt: z.string().describe("ISO 8601"),
          })
          .describe("signed"),
        ...problems,
      },
    },
    handler: async (request, reply) => {
      if (typeof links === "string") throw unavailable(links);
      const { room } = request.params;
      if (room.includes("*")) {
        throw new Problem(
          "ROOM_NOT_LINKABLE",
          "in a token, the * of this room's name would stand for other rooms as well",
        );
      }
      const { token, expiresAt } = await links(callerOf(request), { ...request.body, room });
      const link = { room, access: request.body.access, token };
      return reply.code(201).send({ ...link, expiresAt: new Date(expiresAt).toISOString() });
    },
  });
}

function unavailable(why: NoLinks): Problem {
  return why === "authentication-off"
    ? new Problem("AUTHENTICATION_OFF", "no link is needed: the room's address lets everybody in")
    : new Problem(
        "LINKS_UNAVAILABLE",
        "this server checks tokens and cannot sign any: it has no --auth-secret. Ask whoever does",
      );
}
