import { z } from "zod";
import type { App } from "../app.js";
import { Problem } from "../problem.js";
import { problems } from "../schemas.js";

/** Whether a process can take rooms or clients, part by part. */
export interface Readiness {
  /** Whether it should be sent clients; it is degraded where a check has failed all the same. */
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    /** What is wrong and what to do about it. */
    readonly detail?: string;
  }[];
}

export interface Metrics {
  readonly contentType: string;
  readonly body: string;
}

const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() });

/** These routes ask for no token. */
const security: [] = [];

/** For load balancers and supervisors; open to everybody. */
export function addHealthRoutes(app: App, readiness: () => Readiness | Promise<Readiness>): void {
  const tags = ["operations"];

  app.route({
    method: "GET",
    url: "/healthz",
    schema: {
      ...{ tags, security },
      summary: "Whether the process answers",
      response: { 200: z.object({ status: z.literal("ok") }).describe("alive"), ...problems },
    },
    handler: async () => ({ status: "ok" as const }),
  });

  app.route({
    method: "GET",
    url: "/readyz",
    schema: {
      ...{ tags, security },
      summary: "Whether the process can take rooms or clients; 503 names each part that cannot",
      response: {
        200: z
          .object({
            status: z
              .enum(["ready", "degraded"])
              .describe("degraded: a part fails, and no other process could do better"),
            checks: z.array(check),
          })
          .describe("ready for clients"),
        ...problems,
      },
    },
    handler: async () => {
      const { ready, checks } = await readiness();
      const failing = checks.filter(({ ok }) => !ok);
      const status = failing.length === 0 ? ("ready" as const) : ("degraded" as const);
      if (ready) return { status, checks: [...checks] };
      const parts = failing.map(({ name, detail }) => (detail ? `${name}: ${detail}` : name));
      throw new Problem("NOT_READY", parts.join("; "), { extensions: { checks } });
    },
  });
}

/** For Prometheus; open to everybody who reaches the port. */
export function addMetricsRoute(app: App, metrics: () => Promise<Metrics>): void {
  app.route({
    method: "GET",
    url: "/metrics",
    schema: {
      ...{ tags: ["operations"], security },
      summary: "Metrics for Prometheus; their names begin with `homeroom_`",
      response: {
        200: { description: "metrics", content: { "text/plain": { schema: z.string() } } },
        ...problems,
      },
    },
    handler: async (_request, reply) => {
      const { contentType, body } = await metrics();
      return reply.type(contentType).send(body);
    },
  });
}
