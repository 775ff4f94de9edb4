import { z } from "zod";
import { getJson, type Server } from "./api-client.js";

export interface Node {
  readonly id: string;
  readonly status: string;
  readonly url: string;
  readonly rooms: number;
  readonly sessions: number;
  readonly eventLoopLagMs: number;
  readonly heapBytes: number;
  readonly leaseAgeMs: number;
}

export interface Nodes {
  readonly nodes: readonly Node[];
}

const listing: z.ZodType<Nodes> = z.object({
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      status: z.string(),
      url: z.string(),
      rooms: z.number(),
      sessions: z.number(),
      eventLoopLagMs: z.number(),
      heapBytes: z.number(),
      leaseAgeMs: z.number(),
    }),
  ),
});

/** The nodes of a running Homeroom. @throws Failure */
export async function getNodes(server: Server): Promise<Nodes> {
  return await getJson(server, "/api/v1/nodes", listing);
}
