import {
  NODE_ROOMS_MAX,
  NodeApi,
  type NodeRoom,
  type NodeRoomsAnswer,
  parseRoomName,
  type RoomName,
} from "@homeroom/protocol";
import type { Room } from "@homeroom/room";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ClusterCoordinator } from "../cluster/cluster-coordinator.js";
import type { NodeServerLimits } from "./limits.js";
import { MalformedRequest } from "./malformed-request.js";

const roomName = z.string().transform((text, context): RoomName => {
  const room = parseRoomName(text);
  if (room) return room;
  context.addIssue({ code: "custom", message: "not a room name" });
  return z.NEVER;
});
const roomsQuery = z.object({ rooms: z.array(roomName).max(NODE_ROOMS_MAX) });
const roomOrder = z.object({ room: roomName });
const prepareOrder = roomOrder.extend({ live: z.boolean() });
const moveOrder = roomOrder.extend({ to: z.string().min(1).max(255) });

/** `NodeApi`, as the coordinator answers it. Whoever asks has been let in already. */
export function addNodeRoutes(
  app: FastifyInstance,
  coordinator: ClusterCoordinator,
  limits: NodeServerLimits,
): void {
  const { host, moves, drainage } = coordinator;
  app.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "buffer", bodyLimit: limits.updateBytes },
    (_request, body, done) => done(null, body),
  );

  app.post(NodeApi.rooms, async ({ body }): Promise<NodeRoomsAnswer> => {
    const { rooms } = parse(roomsQuery, body);
    return { rooms: rooms.map((room) => describe(host.get(room))) };
  });

  app.post(NodeApi.move, async ({ body }) => {
    const { room, to } = parse(moveOrder, body);
    return await moves.move(room, to);
  });

  app.post(NodeApi.prepare, async ({ body }, reply) => {
    const { room, live } = parse(prepareOrder, body);
    await host.prepare(room, live);
    return await reply.code(204).send();
  });

  app.post(NodeApi.remove, async ({ body }, reply) => {
    await host.remove(parse(roomOrder, body).room);
    return await reply.code(204).send();
  });

  app.post(NodeApi.read, async ({ body }, reply) => {
    const state = await host.read(parse(roomOrder, body).room);
    if (!state) return await reply.code(204).send();
    return await reply.type("application/octet-stream").send(Buffer.from(state));
  });

  app.post(NodeApi.write, { bodyLimit: limits.updateBytes }, async ({ query, body }, reply) => {
    const { room } = parse(roomOrder, query);
    if (!(body instanceof Uint8Array)) throw new MalformedRequest("the body is not an update");
    await host.write(room, body);
    return await reply.code(204).send();
  });

  app.post(NodeApi.drain, async (_request, reply) => {
    drainage.begin();
    return await reply.code(202).send({});
  });

  app.post(NodeApi.resume, async (_request, reply) => {
    drainage.resume();
    return await reply.code(202).send({});
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MalformedRequest(z.prettifyError(parsed.error));
}

function describe(room: Room | null): NodeRoom | null {
  // One that is loading may yet turn out to be at home elsewhere.
  if (!room || room.state === "loading") return null;
  return {
    status: room.state === "live" ? "live" : "resting",
    epoch: room.home.epoch,
    sessions: room.sessions.count,
    durable: room.durable,
  };
}
