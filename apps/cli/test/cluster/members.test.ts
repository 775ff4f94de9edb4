import { formatProblem, parseSettings } from "@homeroom/config";
import { describe, expect, it } from "vitest";
import { members } from "../../src/cluster/members.js";

const shared = {
  redisUrl: "redis://127.0.0.1:20000",
  clusterSecret: "secret of this run",
  logPretty: false,
  lifeline: null,
};
const given = { PATH: "/bin", HOMEROOM_HOST: "0.0.0.0", HOMEROOM_LEASE_TTL_MS: "2s" };

describe("CL21: the members of a cluster", () => {
  const made = members(
    { coordinators: 2, routers: 2 },
    { port: 1234, dataDir: "data" },
    shared,
    given,
  );

  it("have names, places and the settings that were given", () => {
    expect(made.map(({ name, command }) => `${command} ${name}`)).toEqual([
      "coordinator coordinator-1",
      "coordinator coordinator-2",
      "router router-1",
      "router router-2",
    ]);
    expect(made[1]?.env).toEqual({
      PATH: "/bin",
      // Only routers are for others to reach.
      HOMEROOM_HOST: "127.0.0.1",
      HOMEROOM_PORT: "0",
      HOMEROOM_NODE_ID: "coordinator-2",
      HOMEROOM_DATA_DIR: "data/coordinator-2",
      HOMEROOM_REDIS_URL: "redis://127.0.0.1:20000",
      HOMEROOM_CLUSTER_SECRET: "secret of this run",
      HOMEROOM_LEASE_TTL_MS: "2s",
      HOMEROOM_LOG_PRETTY: "false",
    });
    expect(made[3]?.env).toMatchObject({
      HOMEROOM_HOST: "0.0.0.0",
      HOMEROOM_PORT: "1235",
      HOMEROOM_NODE_ID: "router-2",
    });
  });

  it("are given what they accept", () => {
    for (const { command, env } of made) {
      const allowed = command === "router" ? { HOMEROOM_ALLOW_ANONYMOUS: "true" } : {};
      const parsed = parseSettings(command, {}, { ...env, ...allowed });
      expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual([]);
    }
  });

  it("have each a port of their own where the system chooses", () => {
    const free = members({ coordinators: 1, routers: 2 }, { port: 0, dataDir: "d" }, shared, {});
    expect(free.map(({ env }) => env.HOMEROOM_PORT)).toEqual(["0", "0", "0"]);
  });
});
