import { parse } from "yaml";
import { z } from "zod";

const duration = z.string().regex(/^\d+(ms|s|m)$/);

const healthcheck = z.strictObject({
  test: z.tuple([z.enum(["CMD", "CMD-SHELL"])], z.string()),
  interval: duration,
  timeout: duration,
  retries: z.int(),
  start_period: duration,
  start_interval: duration,
});

const dependsOn = z.union([
  z.array(z.string()),
  z.record(z.string(), z.strictObject({ condition: z.enum(["service_healthy"]) })),
]);

/** What is understood of a service; what is not is refused, so that nothing is overlooked. */
const service = z.strictObject({
  image: z.string(),
  build: z.literal(".").optional(),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  user: z.string(),
  restart: z.literal("unless-stopped"),
  read_only: z.boolean(),
  tmpfs: z.array(z.string()),
  cap_drop: z.array(z.string()),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  depends_on: dependsOn.default([]),
  expose: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  ulimits: z.strictObject({ nofile: z.int() }).optional(),
  stop_grace_period: duration,
  healthcheck,
  deploy: z.strictObject({
    resources: z.strictObject({
      limits: z.strictObject({ cpus: z.string(), memory: z.string(), pids: z.int() }),
    }),
  }),
});

const composeFile = z.object({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean() }).nullable()),
  volumes: z.record(z.string(), z.null()),
});

export type Service = z.infer<typeof service>;
export type ComposeFile = z.infer<typeof composeFile>;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a compose file as Docker Compose does, with the variables of `env`.
 * @throws Error where one that must be set is not, with the words of the file
 */
export function readCompose(text: string, env: Environment): ComposeFile {
  return composeFile.parse(interpolate(parse(text, { merge: true }), env));
}

/** `${NAME}`, `${NAME:-default}`, `${NAME:?what is wrong}`. */
const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

function interpolate(value: unknown, env: Environment): unknown {
  if (Array.isArray(value)) return value.map((each) => interpolate(each, env));
  if (typeof value === "string") {
    return value.replaceAll(VARIABLE, (_, name: string, kind?: string, rest?: string) => {
      const given = env[name] ?? "";
      if (given !== "" || kind === undefined) return given;
      if (kind === "?") throw new Error(`required variable ${name} ${rest}`);
      return rest ?? "";
    });
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, interpolate(each, env)]),
  );
}

/** The services that this one waits for, and whether until they are healthy. */
export function dependencies(service: Service): ReadonlyMap<string, { readonly healthy: boolean }> {
  const wanted = service.depends_on;
  const healthy = !Array.isArray(wanted);
  return new Map(
    (Array.isArray(wanted) ? wanted : Object.keys(wanted)).map((name) => [name, { healthy }]),
  );
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

export function milliseconds(text: string): number {
  const [, count = "", unit = ""] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new Error(`"${text}" is no duration`);
  return Number(count) * factor;
}
