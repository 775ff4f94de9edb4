import { join } from "node:path";
import { FaultProxy } from "../fault/proxy.js";
import { freePort } from "../process/free-port.js";
import { tempDir } from "../temp-dir.js";
import type { ClusterParts } from "./cluster.js";
import type { ClusterOptions } from "./cluster-options.js";
import { Door } from "./door.js";
import { JournalWatch } from "./journal-watch.js";
import { Member, type MemberKind } from "./member.js";
import { RedisSite } from "./redis-site.js";

const secret = "a secret of the cluster, for tests";

/** Starts Redis and the proxies, and says how the members are to be started. */
export async function prepare(options: ClusterOptions): Promise<ClusterParts> {
  const { ttlMs = 1_000, policy = "continue", say } = options;
  const { replica = false, aof = true } = options.redis ?? {};
  const watch = new JournalWatch();
  const dataDirs = await tempDir();
  const proxies: FaultProxy[] = [];
  const isDirect = options.proxies === false;
  const redis = await RedisSite.start({ replica, aof, say, watch: isDirect ? null : watch });

  const proxyTo = async (port: number): Promise<FaultProxy | null> => {
    if (isDirect) return null;
    const proxy = await FaultProxy.start({ port });
    proxies.push(proxy);
    return proxy;
  };

  const toRedis = async (id: string): Promise<FaultProxy | null> => {
    const proxy = await proxyTo(redis.primary.port);
    if (proxy) {
      redis.addEntrance(proxy);
      proxy.onConnect = (port) => watch.addSender(port, id);
    }
    return proxy;
  };

  const member = async (
    kind: MemberKind,
    id: string,
    flags: (port: number, entrance: FaultProxy | null) => Readonly<Record<string, string>>,
  ): Promise<Member> => {
    const port = await freePort();
    const entrance = kind === "coordinator" ? await proxyTo(port) : null;
    const redisProxy = await toRedis(id);
    const dataDir = kind === "coordinator" ? join(dataDirs.path, id) : null;
    const all = {
      ...(dataDir !== null && { "data-dir": dataDir }),
      "redis-url": `redis://127.0.0.1:${redisProxy?.port ?? redis.primary.port}`,
      "cluster-secret": secret,
      ...flags(port, entrance),
    };
    const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
    return new Member({
      ...{ kind, id, port, dataDir, entrance, redis: redisProxy, say },
      args: [...args, ...(options.args?.[kind] ?? [])],
    });
  };

  const coordinators: Member[] = [];
  const routers: Member[] = [];
  const doors: Door[] = [];
  for (let number = 1; number <= options.coordinators; number++) {
    const id = `c${number}`;
    const flags = (port: number, entrance: FaultProxy | null) => ({
      "advertise-url": `http://127.0.0.1:${entrance?.port ?? port}`,
      "lease-ttl-ms": `${ttlMs}`,
      "on-lease-loss": policy,
    });
    coordinators.push(await member("coordinator", id, flags));
  }
  for (let number = 1; number <= options.routers; number++) {
    // All clients of a test come from one address.
    const flags = () => ({ "max-connections-per-ip": "20000" });
    const router = await member("router", `r${number}`, flags);
    routers.push(router);
    doors.push(new Door(router, await proxyTo(router.port)));
  }
  for (const router of routers) {
    router.onEnding = async () => {
      const others = routers.filter((each) => each !== router && each.running);
      for (const door of doors) await door.leave(router, others);
    };
    router.onReady = async () => {
      for (const door of doors) await door.welcome(router);
    };
  }
  const redisUrl = `redis://127.0.0.1:${redis.primary.port}`;
  const joining = ["--redis-url", redisUrl, "--cluster-secret", secret];
  return { ttlMs, redis, watch, coordinators, routers, doors, proxies, dataDirs, joining };
}
