import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, parseSettings } from "@homeroom/config";
import { repository } from "@homeroom/testkit";
import { describe, expect, test } from "vitest";
import {
  type ComposeFile,
  dependencies,
  milliseconds,
  readCompose,
} from "./support/compose-file.js";
import { imageOf, readStages } from "./support/dockerfile.js";
import { variablesOf } from "./support/variables.js";

const read = (name: string): string => readFileSync(join(repository, name), "utf8");

const secrets = {
  HOMEROOM_AUTH_SECRET: "a".repeat(64),
  HOMEROOM_CLUSTER_SECRET: "b".repeat(64),
  REDIS_PASSWORD: "c".repeat(64),
};

const image = imageOf(readStages(read("Dockerfile")));
const file: ComposeFile = readCompose(read("docker-compose.yml"), secrets);
const services = Object.entries(file.services);
const ofKind = (kind: string) => services.filter(([name]) => name.startsWith(kind));
const coordinators = ofKind("coordinator");
const routers = ofKind("router");

/** What the command in a container of the service makes of its environment. */
function settingsOf(name: string) {
  const service = file.services[name];
  const [command] = service?.command ?? [];
  if (command !== "coordinator" && command !== "router") throw new Error(`${name} is neither`);
  const own = Object.entries(service?.environment ?? {}).filter(([, value]) => value !== null);
  const env = { ...Object.fromEntries(image.environment), ...Object.fromEntries(own) };
  const parsed = parseSettings(command, {}, env as Record<string, string>);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  return parsed.settings;
}

test("a cluster of three coordinators, two routers, Redis and one port", () => {
  expect(coordinators.length).toBe(3);
  expect(routers.length).toBe(2);
  const published = services.filter(([, { ports }]) => ports.length > 0);
  expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
    ["proxy", ["127.0.0.1:1234:8080"]],
  ]);
});

test.each(Object.keys(secrets))("without %s nothing starts, and it says so", (name) => {
  for (const value of [undefined, ""]) {
    expect(() => readCompose(read("docker-compose.yml"), { ...secrets, [name]: value })).toThrow(
      `required variable ${name} is not set: copy deploy/compose/env.example to .env`,
    );
  }
  expect(read("deploy/compose/env.example")).toMatch(new RegExp(`^${name}=$`, "m"));
});

describe.each(services)("%s", (_, service) => {
  test("is not root, gains no rights, and writes to its volumes alone", () => {
    expect(service.user).not.toMatch(/^(root|0)(:|$)/);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.security_opt).toContain("no-new-privileges:true");
  });

  test("is bounded, watched and restarted", () => {
    const { memory, pids } = service.deploy.resources.limits;
    expect([memory, pids]).toEqual([expect.stringMatching(/^\d+[mg]$/), expect.any(Number)]);
    expect(service.restart).toBe("unless-stopped");
    expect(service.logging.options["max-size"]).toBeDefined();
  });

  test("reaches whom it depends on", () => {
    for (const name of dependencies(service).keys()) {
      const shared = file.services[name]?.networks.filter((each) =>
        service.networks.includes(each),
      );
      expect(shared, name).not.toEqual([]);
    }
    for (const volume of service.volumes) {
      const [source = ""] = volume.split(":");
      if (source.startsWith(".")) expect(existsSync(join(repository, source)), source).toBe(true);
      else expect(Object.keys(file.volumes)).toContain(source);
    }
  });
});

test("coordinators and Redis are reached from inside alone", () => {
  expect(file.networks.inner).toEqual({ internal: true });
  for (const [name, { networks }] of [...coordinators, ...ofKind("redis")]) {
    expect(networks, name).toEqual(["inner"]);
  }
});

describe.each([...coordinators, ...routers])(
  "%s, as its command understands it",
  (name, service) => {
    test("shares Redis and the secret with the others", () => {
      const settings = settingsOf(name);
      expect(settings.redisUrl).toBe(`redis://:${secrets.REDIS_PASSWORD}@redis:6379`);
      expect(settings.clusterSecret).toBe(secrets.HOMEROOM_CLUSTER_SECRET);
      expect(settings.nodeId).toBe(name);
      expect(settings.host).toBe("0.0.0.0");
    });

    test("knows every variable that it is given", () => {
      const known = variablesOf(service.command[0] as Command);
      const own = Object.keys(service.environment).filter((variable) => !known.has(variable));
      expect(own).toEqual(["NODE_OPTIONS"]);
    });

    test("listens where it is looked for", () => {
      const { port, metricsPort } = settingsOf(name);
      expect(service.expose).toEqual([`${port}`, `${metricsPort}`]);
      expect(service.healthcheck.test.at(-1)).toBe(`http://127.0.0.1:${port}/readyz`);
    });

    test("has the time that it takes to leave", () => {
      const { drainTimeout } = settingsOf(name);
      expect(milliseconds(service.stop_grace_period)).toBeGreaterThan(drainTimeout);
    });

    test("starts once Redis answers", () => {
      expect(dependencies(service).get("redis")).toEqual({ healthy: true });
    });
  },
);

test("coordinators say where they are, and each keeps its journal", () => {
  for (const [name, { volumes }] of coordinators) {
    const { advertiseUrl, port, dataDir } = settingsOf(name);
    expect(advertiseUrl).toBe(`http://${name}:${port}`);
    expect(volumes).toEqual([`${name}:${dataDir}`]);
  }
});

test("routers ask for tokens, and believe the one proxy in front of them", () => {
  for (const [name] of routers) {
    const settings = settingsOf(name);
    expect(settings.authSecret).toBe(secrets.HOMEROOM_AUTH_SECRET);
    expect(settings.trustedProxies).toBe(1);
  }
});

test("the proxy knows every router", () => {
  const [, upstreams] = /^\s*reverse_proxy (.*) \{$/m.exec(read("deploy/compose/Caddyfile")) ?? [];
  expect(upstreams?.split(" ")).toEqual(
    routers.map(([name]) => `${name}:${settingsOf(name).port}`),
  );
});

test("Redis keeps what it is told, and evicts nothing", () => {
  const [, redis] = ofKind("redis")[0] ?? [];
  const command = redis?.command ?? [];
  const setting = (name: string) => command[command.indexOf(`--${name}`) + 1];
  expect(setting("appendonly")).toBe("yes");
  expect(setting("maxmemory-policy")).toBe("noeviction");
  expect(setting("requirepass")).toBe(secrets.REDIS_PASSWORD);
  expect(redis?.volumes).toEqual([`redis:${setting("dir")}`]);
});
