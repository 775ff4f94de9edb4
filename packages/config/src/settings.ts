import { hostname } from "node:os";
import type { Command } from "./command.js";
import { redisUrl } from "./redis-url.js";
import type { Setting } from "./setting.js";
import {
  count,
  duration,
  host,
  milliseconds,
  nodeId,
  oneOf,
  origins,
  port,
  secret,
  size,
  text,
  toggle,
  url,
} from "./value.js";

/**
 * Everything that a deployment can set. A setting that a command does not take has its default.
 */
export interface Settings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Null serves `/metrics` on `port`. */
  readonly metricsPort: number | null;
  readonly dataDir: string;
  /** Null where there is no cluster, or, for `cluster`, where it is to have a Redis of its own. */
  readonly redisUrl: string | null;
  /** Replicas that must hold a write before it is acknowledged. */
  readonly redisReplicas: number;
  readonly nodeId: string;
  /** Null: made from the host and the port that was bound. */
  readonly advertiseUrl: string | null;
  readonly clusterSecret: string | null;
  readonly authSecret: string | null;
  readonly authJwksUrl: string | null;
  /** What a token's `aud` and `iss` must be; null: they are not looked at. */
  readonly authAudience: string | null;
  readonly authIssuer: string | null;
  readonly allowAnonymous: boolean;
  /** Null: only the host that the request was sent to. */
  readonly allowedOrigins: readonly string[] | null;
  /** How many reverse proxies stand in front, whose `X-Forwarded-…` headers are believed. */
  readonly trustedProxies: number;
  readonly leaseTtlMs: number;
  readonly onLeaseLoss: "continue" | "freeze";
  /** Rooms that are moved to even out the load; 0: none. */
  readonly rebalancePerMinute: number;
  readonly durability: "fsync" | "process";
  /** Milliseconds. */
  readonly drainTimeout: number;
  readonly maxMessageBytes: number;
  readonly maxDocumentBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  /** Of one session, on average; its bucket holds ten seconds' worth. */
  readonly maxUpdatesPerSecond: number;
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  /** Null: where logs go to a terminal. */
  readonly logPretty: boolean | null;
}

/** A setting, the commands that take it, and defaults that only some of them have. */
export interface DeploymentSetting<T> extends Setting<T> {
  readonly commands: readonly Command[];
  readonly defaults?: Readonly<Partial<Record<Command, string>>>;
}

export type SettingsTable = {
  readonly [Key in keyof Settings]: DeploymentSetting<Settings[Key]>;
};

const SERVING: readonly Command[] = ["start", "coordinator", "router", "cluster", "doctor"];
const ONE_ADDRESS: readonly Command[] = ["start", "coordinator", "router", "doctor"];
const HOMES: readonly Command[] = ["start", "coordinator", "cluster", "doctor"];
const EDGES: readonly Command[] = ["start", "router", "cluster", "doctor"];
const CLUSTERED: readonly Command[] = ["coordinator", "router", "cluster", "doctor"];
const CLUSTERED_HOMES: readonly Command[] = ["coordinator", "cluster", "doctor"];

/** From which the flags, the variables, `--help`, the documentation and the checks are made. */
export const settingsTable: SettingsTable = {
  host: {
    flag: "host",
    value: host,
    default: "127.0.0.1",
    description:
      "address to listen on; one that others can reach needs authentication or --allow-anonymous",
    commands: SERVING,
  },
  port: {
    flag: "port",
    value: port,
    default: "1234",
    defaults: { coordinator: "4001" },
    description: "port to listen on; 0 lets the system choose",
    commands: SERVING,
  },
  metricsPort: {
    flag: "metrics-port",
    value: port,
    default: null,
    defaultText: "on --port",
    description: "serve /metrics on a port of its own",
    commands: ONE_ADDRESS,
  },
  dataDir: {
    flag: "data-dir",
    value: text("<directory>"),
    default: "./data",
    description: "where rooms are stored; one process at a time",
    commands: HOMES,
  },
  redisUrl: {
    flag: "redis-url",
    value: redisUrl,
    default: null,
    description: "the Redis that a cluster shares; cluster starts one of its own without it",
    commands: CLUSTERED,
  },
  redisReplicas: {
    flag: "redis-replicas",
    value: count("<count>", 0, 16),
    default: "0",
    description: "replicas that must hold an edit before it is acknowledged",
    commands: CLUSTERED_HOMES,
  },
  nodeId: {
    flag: "node-id",
    value: nodeId,
    default:
      hostname()
        .replaceAll(/[^\w.-]/g, "-")
        .slice(0, 128) || "homeroom",
    defaultText: "host name",
    description: "this node's name; in a cluster each needs its own",
    commands: ONE_ADDRESS,
  },
  advertiseUrl: {
    flag: "advertise-url",
    value: url("http:", "https:", "ws:", "wss:"),
    default: null,
    defaultText: "from host and port",
    description: "where others reach this node",
    commands: ONE_ADDRESS,
  },
  clusterSecret: {
    flag: "cluster-secret",
    value: text("<secret>"),
    default: null,
    description: "authenticates routers and coordinators to each other; required off loopback",
    secret: true,
    commands: CLUSTERED,
  },
  authSecret: {
    flag: "auth-secret",
    value: secret(32),
    default: null,
    description: "turns authentication on: the secret that tokens are signed with (HS256)",
    secret: true,
    commands: [...EDGES, "token"],
  },
  authJwksUrl: {
    flag: "auth-jwks-url",
    value: url("https:", "http:"),
    default: null,
    description: "turns authentication on: where the public keys of the tokens' issuer are",
    commands: EDGES,
  },
  authAudience: {
    flag: "auth-audience",
    value: text("<audience>"),
    default: null,
    defaultText: "any",
    description: "what a token's aud must be, where its issuer serves others too",
    commands: EDGES,
  },
  authIssuer: {
    flag: "auth-issuer",
    value: text("<issuer>"),
    default: null,
    defaultText: "any",
    description: "what a token's iss must be",
    commands: EDGES,
  },
  allowAnonymous: {
    flag: "allow-anonymous",
    value: toggle,
    default: "false",
    description: "let everyone who reaches the host read and write every room",
    commands: EDGES,
  },
  allowedOrigins: {
    flag: "allowed-origins",
    value: origins,
    default: null,
    defaultText: "same host",
    description: "web origins whose pages may connect, separated by commas",
    commands: EDGES,
  },
  trustedProxies: {
    flag: "trusted-proxies",
    value: count("<count>", 0, 16),
    default: "0",
    description: "reverse proxies in front, whose X-Forwarded-For and -Host headers are believed",
    commands: EDGES,
  },
  leaseTtlMs: {
    flag: "lease-ttl-ms",
    value: milliseconds("500ms", "10m"),
    default: "5000",
    description: "how long a silent node keeps its rooms; renewed four times as often",
    commands: CLUSTERED,
  },
  onLeaseLoss: {
    flag: "on-lease-loss",
    value: oneOf("continue", "freeze"),
    default: "continue",
    description: "what a home does while it cannot renew its lease",
    commands: CLUSTERED_HOMES,
  },
  rebalancePerMinute: {
    flag: "rebalance-per-minute",
    value: count("<count>", 0, 100_000),
    default: "120",
    description: "rooms that may move in a minute to even out the load; 0 switches that off",
    commands: CLUSTERED_HOMES,
  },
  durability: {
    flag: "durability",
    value: oneOf("fsync", "process"),
    default: "fsync",
    description:
      "when an edit is acknowledged: fsync survives a power cut, process only a killed process",
    commands: HOMES,
  },
  drainTimeout: {
    flag: "drain-timeout",
    value: duration("100ms", "10m"),
    default: "8s",
    defaults: { coordinator: "30s" },
    description:
      "how long a process that was told to stop may take over it; a coordinator moves its rooms away",
    commands: SERVING,
  },
  maxMessageBytes: {
    flag: "max-message-bytes",
    value: size("1KiB", "1GiB"),
    default: "16MiB",
    description: "largest message of a client",
    commands: SERVING,
  },
  maxDocumentBytes: {
    flag: "max-document-bytes",
    value: size("1KiB", "1GiB"),
    default: "64MiB",
    description: "largest encoded document",
    commands: HOMES,
  },
  maxConnections: {
    flag: "max-connections",
    value: count("<count>", 1, 1_000_000),
    default: "20000",
    description: "open sockets of one process",
    commands: EDGES,
  },
  maxConnectionsPerIp: {
    flag: "max-connections-per-ip",
    value: count("<count>", 1, 1_000_000),
    default: "1000",
    description: "open sockets of one address; an office or a proxy shares one",
    commands: EDGES,
  },
  maxUpdatesPerSecond: {
    flag: "max-updates-per-second",
    value: count("<count>", 1, 1_000_000),
    default: "30000",
    description: "updates of one session; ten seconds' worth may come at once",
    commands: EDGES,
  },
  logLevel: {
    flag: "log-level",
    value: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"),
    default: "info",
    description: "least severe log line that is written",
    commands: SERVING,
  },
  logPretty: {
    flag: "log-pretty",
    value: toggle,
    default: null,
    defaultText: "on a terminal",
    description: "logs for people instead of JSON lines",
    commands: SERVING,
  },
};
