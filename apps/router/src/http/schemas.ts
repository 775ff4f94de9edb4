import { parseRoomName, type RoomName } from "@homeroom/protocol";
import { z } from "zod";
import { problemKinds } from "./problem-kinds.js";

export const roomParams: z.ZodType<{ room: RoomName }, { room: string }> = z.object({
  room: z
    .string()
    .describe("the room's name, percent-encoded as one segment: `docs%2Fa` is the room `docs/a`")
    .transform((text, context) => {
      const room = parseRoomName(text);
      if (room !== null) return room;
      context.addIssue("not a room name");
      return z.NEVER;
    }),
});

interface ProblemResponses {
  readonly default: {
    readonly description: string;
    readonly content: { readonly "application/problem+json": { readonly schema: z.ZodType } };
  };
}

/** What every route may answer instead of what it was asked for. */
export const problems: ProblemResponses = {
  default: {
    description: "the request failed; `code` says how",
    content: {
      "application/problem+json": {
        schema: z.object({
          title: z.string(),
          status: z.int(),
          code: z.enum(Object.keys(problemKinds)),
          detail: z.string(),
        }),
      },
    },
  },
};
