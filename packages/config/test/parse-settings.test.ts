import {
  type Command,
  formatProblem,
  inheritSettings,
  type Problem,
  parseSettings,
  type Settings,
  settingsTable,
  tableOf,
} from "@homeroom/config";
import { describe, expect, it } from "vitest";

const SECRET = "0123456789abcdef0123456789abcdef";

const REDIS = "redis://localhost";

/** What a command cannot do without. */
const needed = (command: Command) =>
  command === "coordinator" || command === "router" ? { redisUrl: REDIS } : {};

function accepted(command: Command, flags: object = {}, env: object = {}): Settings {
  const parsed = parseSettings(command, { ...needed(command), ...flags }, { ...env });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return parsed.settings;
}

function refused(command: Command, flags: object = {}, env: object = {}): readonly Problem[] {
  const parsed = parseSettings(command, { ...needed(command), ...flags }, { ...env });
  if (parsed.ok) throw new Error("accepted");
  return parsed.problems;
}

describe("CF1: flag, then variable, then default", () => {
  it("has the defaults of the public interface", () => {
    expect(accepted("start")).toMatchObject({
      host: "127.0.0.1",
      port: 1234,
      metricsPort: null,
      dataDir: "./data",
      redisUrl: null,
      advertiseUrl: null,
      clusterSecret: null,
      authSecret: null,
      authJwksUrl: null,
      allowAnonymous: false,
      allowedOrigins: null,
      leaseTtlMs: 5000,
      onLeaseLoss: "continue",
      rebalancePerMinute: 120,
      durability: "fsync",
      drainTimeout: 8000,
      maxMessageBytes: 16 * 1024 ** 2,
      maxDocumentBytes: 64 * 1024 ** 2,
      maxConnections: 20_000,
      maxConnectionsPerIp: 1000,
      maxUpdatesPerSecond: 30_000,
      logLevel: "info",
      logPretty: null,
    });
  });

  it("prefers the flag", () => {
    expect(accepted("start", { port: "1" }, { HOMEROOM_PORT: "2" }).port).toBe(1);
    expect(accepted("start", {}, { HOMEROOM_PORT: "2" }).port).toBe(2);
  });

  it("keys each setting by its flag, as command-line parsers do", () => {
    for (const [key, { flag }] of Object.entries(settingsTable)) {
      expect(flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())).toBe(key);
    }
  });
});

describe("CF2: every mistake at once, a line each", () => {
  it("names flag, variable, value and what is allowed", () => {
    const problems = refused("start", { port: "99999" }, { HOMEROOM_LOG_LEVEL: "loud\nand\tlong" });
    expect(problems.map(formatProblem)).toEqual([
      '--port "99999": must be a whole number from 0 to 65535',
      '--log-level (HOMEROOM_LOG_LEVEL) "loud\\nand\\tlong": must be one of trace, debug, info, warn, error, fatal, silent',
    ]);
    expect(problems[0]).toMatchObject({
      flag: "--port",
      value: '"99999"',
      variable: null,
      allowed: "a whole number from 0 to 65535",
    });
  });

  it("cuts a very long value", () => {
    expect(refused("start", { port: "9".repeat(10_000) })[0]?.value?.length).toBeLessThan(250);
  });

  it.each([
    ["port", "-1"],
    ["port", "65536"],
    ["port", "1234x"],
    ["port", "1e3"],
    ["port", " 80"],
    ["host", "not a host"],
    ["host", "256.1.1.1"],
    ["host", "http://example.org"],
    ["dataDir", ""],
    ["nodeId", "a/b"],
    ["advertiseUrl", "example.org"],
    ["durability", "FSYNC"],
    ["maxConnections", "0"],
    ["maxConnections", "many"],
    ["authJwksUrl", "file:///etc/passwd"],
  ])("refuses --%s %j", (key, value) => {
    const [problem, ...others] = refused("start", { [key]: value });
    expect(others).toEqual([]);
    expect(problem?.value).toBe(JSON.stringify(value));
  });

  it.each([
    ["host", "::1", "::1"],
    ["host", "[::1]", "::1"],
    ["host", "localhost", "localhost"],
    ["port", "0", 0],
    ["advertiseUrl", "http://10.0.0.1:4001/", "http://10.0.0.1:4001"],
    ["nodeId", "node-1.eu_west", "node-1.eu_west"],
  ])("accepts --%s %j", (key, value, expected) => {
    expect(accepted("start", { [key]: value })).toHaveProperty(key, expected);
  });
});

describe("CF3: secrets stay secret", () => {
  it("prints neither a secret nor a password in a URL", () => {
    const problems = [
      ...refused("start", { authSecret: "hunter2" }),
      ...refused("coordinator", { redisUrl: "redis://user:hunter2@host/x y" }),
      ...refused("coordinator", { redisUrl: "user:hun@ter/hunter2@host" }),
      ...refused("start", { advertiseUrl: "ftp://user:hunter2@host" }),
    ];
    expect(problems).toHaveLength(4);
    for (const problem of problems) {
      expect(JSON.stringify(problem)).not.toContain("hunter2");
      expect(formatProblem(problem)).not.toContain("hunter2");
    }
    expect(problems[0]?.value).toBe("(7 bytes, not shown)");
    expect(problems[1]?.value).toBe('"redis://***@host/x y"');
  });
});

it("CF4: an empty variable is refused", () => {
  const [problem] = refused("start", {}, { HOMEROOM_AUTH_SECRET: "" });
  expect(problem && formatProblem(problem)).toMatch(
    /^--auth-secret \(HOMEROOM_AUTH_SECRET\) \(0 bytes, not shown\): must be at least 32 bytes/,
  );
});

describe("CF5: units", () => {
  it.each([
    ["65536", 65_536],
    ["64KiB", 65_536],
    ["64kib", 65_536],
    ["1 MiB", 1_048_576],
    ["1MB", 1_000_000],
    ["1GiB", 1_073_741_824],
  ])("reads the size %s", (written, bytes) => {
    expect(accepted("start", { maxMessageBytes: written }).maxMessageBytes).toBe(bytes);
  });

  it.each(["0", "1023", "2GiB", "16 M", "1.5MiB", "MiB", "-1", "1e6", "NaN"])(
    "refuses the size %s",
    (written) => {
      expect(refused("start", { maxMessageBytes: written })).toHaveLength(1);
    },
  );

  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["2m", 120_000],
  ])("reads the duration %s", (written, ms) => {
    expect(accepted("start", { drainTimeout: written }).drainTimeout).toBe(ms);
  });

  it("refuses a duration without a unit, unless the flag names it", () => {
    expect(refused("start", { drainTimeout: "30" })).toHaveLength(1);
    expect(accepted("coordinator", { leaseTtlMs: "2500" }).leaseTtlMs).toBe(2500);
    expect(accepted("coordinator", { leaseTtlMs: "3s" }).leaseTtlMs).toBe(3000);
    expect(refused("coordinator", { leaseTtlMs: "20" })).toHaveLength(1);
  });
});

it("CF6: switches", () => {
  expect(accepted("start", { logPretty: true }).logPretty).toBe(true);
  expect(accepted("start", { logPretty: false }, { HOMEROOM_LOG_PRETTY: "true" }).logPretty).toBe(
    false,
  );
  expect(accepted("start", {}, { HOMEROOM_LOG_PRETTY: "1" }).logPretty).toBe(true);
  expect(accepted("start", {}, { HOMEROOM_LOG_PRETTY: "0" }).logPretty).toBe(false);
  expect(refused("start", {}, { HOMEROOM_LOG_PRETTY: "yes" })).toHaveLength(1);
});

it("CF7: a command takes what it uses, with its own defaults", () => {
  expect(accepted("coordinator")).toMatchObject({ port: 4001, drainTimeout: 30_000 });
  expect(accepted("router")).toMatchObject({ port: 1234, drainTimeout: 8000 });
  expect(accepted("start", {}, { HOMEROOM_REDIS_URL: "nonsense" }).redisUrl).toBeNull();
  expect(Object.keys(tableOf("token"))).toEqual(["authSecret"]);
  expect(Object.keys(tableOf("doctor"))).toEqual(Object.keys(settingsTable));
});

describe("CF8: no open door by accident", () => {
  it.each(["0.0.0.0", "::", "10.1.2.3", "example.org", "[::]", "127.example.org"])(
    "refuses %s without authentication",
    (host) => {
      expect(refused("start", { host }).map(({ flag }) => flag)).toEqual(["--host"]);
      expect(accepted("start", { host, authSecret: SECRET }).authSecret).toBe(SECRET);
      expect(accepted("start", { host, allowAnonymous: true }).allowAnonymous).toBe(true);
      expect(
        accepted("start", { host, authJwksUrl: "https://id.example.org/keys" }).authJwksUrl,
      ).toBe("https://id.example.org/keys");
    },
  );

  it.each(["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"])(
    "accepts %s",
    (host) => {
      expect(accepted("start", { host })).toBeDefined();
    },
  );
});

describe("CF9: authentication", () => {
  it("counts the secret's bytes, not its characters", () => {
    expect(refused("start", { authSecret: "ä".repeat(15) })).toHaveLength(1);
    expect(accepted("start", { authSecret: "ä".repeat(16) })).toBeDefined();
  });

  it("refuses both kinds at once", () => {
    const both = { authSecret: SECRET, authJwksUrl: "https://id.example.org/keys" };
    expect(refused("start", both).map(({ flag }) => flag)).toEqual(["--auth-jwks-url"]);
  });
});

describe("CF10: a cluster", () => {
  it.each(["coordinator", "router"] as const)(
    "%s has a secret where others reach it",
    (command) => {
      const open = { host: "10.0.0.1", authSecret: SECRET };
      expect(refused(command, open).map(formatProblem)).toEqual([
        "--cluster-secret: must be given in a cluster whose --host others can reach",
      ]);
      expect(accepted(command, { ...open, clusterSecret: "s" }).clusterSecret).toBe("s");
      expect(accepted(command).clusterSecret).toBeNull();
    },
  );

  it.each(["coordinator", "router"] as const)("%s needs to know where Redis is", (command) => {
    expect(refused(command, { redisUrl: undefined }).map(formatProblem)).toEqual([
      "--redis-url: must be given: the Redis that the cluster shares (redis://host:port)",
    ]);
  });

  it("on one machine waits for no replicas that its own Redis has not", () => {
    const redisReplicas = "1";
    expect(refused("cluster", { redisReplicas }).map(({ flag }) => flag)).toEqual([
      "--redis-replicas",
    ]);
    expect(accepted("cluster", { redisReplicas, redisUrl: REDIS }).redisReplicas).toBe(1);
  });

  it("on one machine needs neither", () => {
    const open = { host: "10.0.0.1", authSecret: SECRET };
    expect(accepted("cluster", open)).toMatchObject({ redisUrl: null, clusterSecret: null });
  });
});

describe("CF11: where Redis is", () => {
  it.each([
    "redis://localhost",
    "rediss://:p%40ss@10.0.0.1:6380/3",
    "redis://a:7000, redis://b:7001",
    "redis+sentinel://me:p%40ss@a,b:5000/main/2",
    "redis+sentinel://a/main",
    "rediss+sentinel://a/main",
  ])("accepts %s", (redisUrl) => {
    expect(accepted("coordinator", { redisUrl }).redisUrl).toBe(redisUrl);
  });

  it.each([
    "localhost:6379",
    "http://localhost",
    "redis://",
    "redis://a/db",
    "redis://a,rediss://b",
    "redis://a,redis://b/2",
    "redis://a,",
    "redis+sentinel://a",
    "redis+sentinel:///main",
    "redis+sentinel://a:x/main",
    "redis+sentinel://a,/main",
    "redis://a,redis+sentinel://b/main",
  ])("refuses %s", (redisUrl) => {
    expect(refused("coordinator", { redisUrl }).map(({ flag }) => flag)).toEqual(["--redis-url"]);
  });
});

describe("CF12: origins", () => {
  it("reads a list", () => {
    const allowedOrigins = "https://example.org, http://localhost:5173";
    expect(accepted("start", { allowedOrigins }).allowedOrigins).toEqual([
      "https://example.org",
      "http://localhost:5173",
    ]);
  });

  it.each([
    "*",
    "example.org",
    "https://example.org/",
    "https://example.org:443",
    "ftp://a",
    "https://a,",
  ])("refuses %s", (allowedOrigins) => {
    expect(refused("start", { allowedOrigins })).toHaveLength(1);
  });
});

it("CF14: the metrics port is another one", () => {
  expect(refused("start", { metricsPort: "1234" }).map(({ flag }) => flag)).toEqual([
    "--metrics-port",
  ]);
  expect(accepted("start", { metricsPort: "9090" }).metricsPort).toBe(9090);
  expect(accepted("start", { metricsPort: "0", port: "0" }).metricsPort).toBe(0);
});

it("CF15: another process can be given the same settings, and only those", () => {
  const env = {
    PATH: "/bin",
    HOMEROOM_PORT: "1",
    HOMEROOM_LOG_LEVEL: "warn",
    HOMEROOM_NODE_ID: "not a setting of cluster",
    HOMEROOM_PROT: "misspelt",
  };
  const flags = { port: "2", logPretty: false, leaseTtlMs: undefined };
  const inherited = inheritSettings("cluster", flags, env);
  expect(inherited).toEqual({
    PATH: "/bin",
    HOMEROOM_PORT: "2",
    HOMEROOM_LOG_LEVEL: "warn",
    HOMEROOM_LOG_PRETTY: "false",
  });
  expect(accepted("cluster", {}, inherited)).toEqual(accepted("cluster", flags, env));
});
