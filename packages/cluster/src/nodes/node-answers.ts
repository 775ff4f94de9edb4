import type { NodeMoved, NodeProblem, NodeRoomsAnswer } from "@homeroom/protocol";
import type { ServiceErrorCode } from "@homeroom/room";
import { z } from "zod";

/* What a coordinator may answer. It is of our cluster, and perhaps of another version. */

const count = z.int().nonnegative();
const name = z.string().min(1).max(255);

export const roomsAnswer: z.ZodType<NodeRoomsAnswer> = z.object({
  rooms: z.array(
    z
      .object({
        status: z.enum(["live", "resting"]),
        epoch: count,
        sessions: count,
        durable: z.boolean(),
      })
      .nullable(),
  ),
});

export const movedAnswer: z.ZodType<NodeMoved> = z.object({
  from: name,
  to: name,
  epoch: count,
  pausedMs: z.number().nonnegative(),
});

export const problemAnswer: z.ZodType<NodeProblem> = z
  .object({
    code: z.string(),
    message: z.string(),
    owner: z.object({ node: name, url: z.string(), epoch: count }).optional(),
  })
  .transform(({ owner, ...problem }) => (owner ? { ...problem, owner } : problem));

const SERVICE_CODES: Readonly<Record<ServiceErrorCode, true>> = {
  ROOM_DAMAGED: true,
  UPDATE_REFUSED: true,
  UPDATE_GAP: true,
  TOO_LARGE: true,
  NO_HOME: true,
  UNAVAILABLE: true,
  UNKNOWN_NODE: true,
  CONFLICT: true,
};

export const isServiceCode = (code: string): code is ServiceErrorCode =>
  Object.hasOwn(SERVICE_CODES, code);
