import { formatCursor } from "@homeroom/room";
import { z } from "zod";
import type { App } from "../app.js";
import { problems, roomParams } from "../schemas.js";
import type { RouteContext } from "./context.js";

const DEFAULT_PAGE = 100;

const status = z
  .enum(["live", "resting", "idle", "absent"])
  .describe("live and resting rooms have a home, idle ones are stored, absent ones never were");

const owner = z.object({
  node: z.string(),
  url: z.string(),
  epoch: z.number().describe("grows with each claim of the room"),
});

const summary = z.object({
  room: z.string(),
  status,
  owner: owner.nullable(),
  sessions: z.int(),
});

const description = summary.extend({
  cursor: z.string().nullable().describe("`<epoch>-<seq>` of the last durable edit"),
  durable: z.boolean().describe("whether every accepted edit is durable"),
  bytes: z.number().describe("stored bytes"),
  updatedAt: z.string().nullable().describe("time of the last durable edit, ISO 8601"),
});

/** Rooms: listed, described, given a home, moved, removed. */
export function addRoomRoutes(api: App, { rooms, limits, demand }: RouteContext): void {
  const tags = ["rooms"];

  api.route({
    method: "GET",
    url: "/rooms",
    onRequest: demand("operator"),
    schema: {
      tags,
      summary: "List rooms in the order of their names",
      querystring: z.object({
        prefix: z.string().max(255).default(""),
        cursor: z.string().max(1_024).optional().describe("the `cursor` of the page before"),
        limit: z.coerce.number().int().min(1).max(limits.pageRooms).default(DEFAULT_PAGE),
      }),
      response: {
        200: z
          .object({
            rooms: z.array(summary),
            cursor: z.string().nullable().describe("where the next page starts, null on the last"),
          })
          .describe("a page of rooms"),
        ...problems,
      },
    },
    handler: async ({ query }) => {
      const { prefix, cursor = null, limit } = query;
      const page = await rooms.list({ prefix, cursor, limit });
      return { rooms: [...page.rooms], cursor: page.cursor };
    },
  });

  api.route({
    method: "GET",
    url: "/rooms/:room",
    onRequest: demand("read"),
    schema: {
      tags,
      summary: "Describe a room",
      params: roomParams,
      response: { 200: description.describe("the room"), ...problems },
    },
    handler: async ({ params }) => {
      const { cursor, updatedAt, ...room } = await rooms.describe(params.room);
      return {
        ...room,
        cursor: cursor && formatCursor(cursor),
        updatedAt: updatedAt === null ? null : new Date(updatedAt).toISOString(),
      };
    },
  });

  api.route({
    method: "POST",
    url: "/rooms/:room/home",
    onRequest: demand("read"),
    schema: {
      tags,
      summary: "Find a room's home, or give it one",
      params: roomParams,
      response: { 200: z.object({ room: z.string(), owner }).describe("its home"), ...problems },
    },
    handler: async ({ params: { room } }) => ({ room, owner: await rooms.home(room) }),
  });

  api.route({
    method: "POST",
    url: "/rooms/:room/move",
    onRequest: demand("admin"),
    schema: {
      tags,
      summary: "Move a room to another home; its clients stay connected",
      params: roomParams,
      body: z.object({ to: z.string().min(1).max(255).describe("id of a node") }),
      response: {
        200: z
          .object({
            room: z.string(),
            from: z.string(),
            to: z.string(),
            epoch: z.number(),
            pausedMs: z.number().describe("how long edits had to wait"),
          })
          .describe("moved"),
        ...problems,
      },
    },
    handler: ({ params, body }) => rooms.move(params.room, body.to),
  });

  api.route({
    method: "DELETE",
    url: "/rooms/:room",
    onRequest: demand("admin"),
    schema: {
      tags,
      summary: "Remove a room and close its sessions with 4404",
      params: roomParams,
      response: { 204: z.undefined().describe("removed, or never there"), ...problems },
    },
    handler: async ({ params }, reply) => {
      await rooms.remove(params.room);
      reply.code(204);
    },
  });
}
