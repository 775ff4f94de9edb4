import type { Command } from "./command.js";
import { isLoopback } from "./loopback.js";
import type { Settings } from "./settings.js";

/** A mistake that no single value shows. */
export interface CrossCheck {
  /** The setting that the problem quotes. */
  readonly key: keyof Settings;
  readonly commands: readonly Command[];
  readonly fails: (settings: Settings) => boolean;
  readonly message: string;
}

const authenticates = (settings: Settings): boolean =>
  settings.authSecret !== null || settings.authJwksUrl !== null;

export const crossChecks: readonly CrossCheck[] = [
  {
    key: "host",
    commands: ["start", "router", "cluster", "doctor"],
    fails: (settings) =>
      !(isLoopback(settings.host) || authenticates(settings) || settings.allowAnonymous),
    message:
      "must be a loopback address (127.0.0.1, ::1, localhost) unless --auth-secret or " +
      "--auth-jwks-url turns authentication on, or --allow-anonymous is given",
  },
  {
    key: "authJwksUrl",
    commands: ["start", "router", "cluster", "doctor"],
    fails: (settings) => settings.authSecret !== null && settings.authJwksUrl !== null,
    message: "must be left away where --auth-secret (HOMEROOM_AUTH_SECRET) is given: choose one",
  },
  {
    key: "redisUrl",
    commands: ["coordinator", "router"],
    fails: (settings) => settings.redisUrl === null,
    message: "must be given: the Redis that the cluster shares (redis://host:port)",
  },
  {
    key: "redisReplicas",
    commands: ["cluster"],
    fails: (settings) => settings.redisUrl === null && settings.redisReplicas > 0,
    message: "must be 0 without --redis-url: the Redis of a cluster's own has no replicas",
  },
  {
    // The coordinators of `cluster` are on loopback, under a secret of their own where none is given.
    key: "clusterSecret",
    commands: ["coordinator", "router"],
    fails: (settings) => !isLoopback(settings.host) && settings.clusterSecret === null,
    message: "must be given in a cluster whose --host others can reach",
  },
  {
    key: "metricsPort",
    commands: ["start", "coordinator", "router", "doctor"],
    fails: (settings) => settings.metricsPort !== 0 && settings.metricsPort === settings.port,
    message: "must differ from --port, or be left away to serve /metrics there",
  },
];
