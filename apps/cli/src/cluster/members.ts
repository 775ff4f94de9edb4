import { join } from "node:path";
import type { Environment, Settings } from "@homeroom/config";
import type { HomeroomMember } from "./homeroom-member.js";

/** How large a cluster is. */
export interface Size {
  readonly coordinators: number;
  readonly routers: number;
}

/** What all members share. */
export interface Shared {
  readonly redisUrl: string;
  readonly clusterSecret: string;
  readonly logPretty: boolean;
  readonly lifeline: HomeroomMember["lifeline"];
}

/**
 * The processes of a cluster on one machine. Coordinators listen on loopback, on ports that the
 * system chooses; routers on `--host`, on `--port` and those that follow.
 * @param env The settings that were given to `cluster`.
 */
export function members(
  { coordinators, routers }: Size,
  { port, dataDir }: Pick<Settings, "port" | "dataDir">,
  { redisUrl, clusterSecret, logPretty, lifeline }: Shared,
  env: Environment,
): readonly HomeroomMember[] {
  const common = {
    ...env,
    HOMEROOM_REDIS_URL: redisUrl,
    HOMEROOM_CLUSTER_SECRET: clusterSecret,
    HOMEROOM_LOG_PRETTY: String(logPretty),
  };
  return [
    ...names("coordinator", coordinators).map(
      (name): HomeroomMember => ({
        name,
        command: "coordinator",
        env: {
          ...common,
          HOMEROOM_NODE_ID: name,
          HOMEROOM_HOST: "127.0.0.1",
          HOMEROOM_PORT: "0",
          HOMEROOM_DATA_DIR: join(dataDir, name),
        },
        lifeline,
      }),
    ),
    ...names("router", routers).map(
      (name, index): HomeroomMember => ({
        name,
        command: "router",
        env: {
          ...common,
          HOMEROOM_NODE_ID: name,
          HOMEROOM_PORT: String(port === 0 ? 0 : port + index),
        },
        lifeline,
      }),
    ),
  ];
}

const names = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
