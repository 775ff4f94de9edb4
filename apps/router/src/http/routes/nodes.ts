import { z } from "zod";
import type { App } from "../app.js";
import { problems } from "../schemas.js";
import type { RouteContext } from "./context.js";

const node = z.object({
  id: z.string(),
  incarnation: z.string().describe("another one after each start"),
  status: z.enum(["active", "draining", "lost"]),
  url: z.string(),
  rooms: z.int(),
  sessions: z.int(),
  eventLoopLagMs: z.number(),
  heapBytes: z.number(),
  leaseAgeMs: z.number().describe("since the node last proved that it lives"),
});

const params = z.object({ id: z.string().min(1).max(255) });

/** Nodes: listed, drained, put back into service. */
export function addNodeRoutes(api: App, { rooms, demand }: RouteContext): void {
  const tags = ["nodes"];
  const onRequest = demand("operator");
  const accepted = { 202: z.object({ id: z.string() }).describe("begun"), ...problems };

  api.route({
    method: "GET",
    url: "/nodes",
    onRequest,
    schema: {
      tags,
      summary: "List nodes",
      response: { 200: z.object({ nodes: z.array(node) }).describe("all nodes"), ...problems },
    },
    handler: async () => ({ nodes: [...(await rooms.nodes())] }),
  });

  api.route({
    method: "POST",
    url: "/nodes/:id/drain",
    onRequest,
    schema: {
      tags,
      summary: "Move every room away from a node; progress shows in the list of nodes",
      params,
      response: accepted,
    },
    handler: async ({ params: { id } }, reply) => {
      await rooms.drain(id);
      return reply.code(202).send({ id });
    },
  });

  api.route({
    method: "POST",
    url: "/nodes/:id/resume",
    onRequest,
    schema: {
      tags,
      summary: "Let a node that was drained take rooms again",
      params,
      response: accepted,
    },
    handler: async ({ params: { id } }, reply) => {
      await rooms.resume(id);
      return reply.code(202).send({ id });
    },
  });
}
