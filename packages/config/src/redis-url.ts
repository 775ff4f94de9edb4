import { parsed, parseUrl, type Value } from "./value.js";

/** Where Redis is, in the three ways in which it is run. */
export type RedisAddress =
  | { readonly kind: "single"; readonly url: string }
  | { readonly kind: "cluster"; readonly urls: readonly string[] }
  | {
      readonly kind: "sentinel";
      readonly master: string;
      readonly sentinels: readonly { readonly host: string; readonly port: number }[];
      readonly username: string | null;
      readonly password: string | null;
      readonly db: number;
    };

const SENTINEL = "redis+sentinel:";
const SENTINEL_PORT = 26_379;

/**
 * `redis://…` or `rediss://…` is one server; several, separated by commas, are nodes of one
 * Redis Cluster; `redis+sentinel://[user:password@]host[:port],…/master[/db]` names Sentinels.
 */
export const redisUrl: Value<RedisAddress> = parsed(
  "<url>",
  "redis://host:port or rediss://host:port, several of one kind separated by commas " +
    "(Redis Cluster), or redis+sentinel://host:port,…/master (Sentinel)",
  (address) => (address.startsWith(`${SENTINEL}//`) ? sentinel(address) : servers(address)),
);

function servers(address: string): RedisAddress | null {
  const urls = address.split(",").map((url) => url.trim());
  const [first, ...others] = urls.map(server);
  if (!first || others.some((other) => other?.protocol !== first.protocol)) return null;
  if (others.length === 0) return { kind: "single", url: address };
  // Redis Cluster has no numbered databases but 0.
  const numbered = [first, ...others].some((url) => !["", "/", "/0"].includes(url?.pathname ?? ""));
  return numbered ? null : { kind: "cluster", urls };
}

function server(address: string): URL | null {
  const url = parseUrl(address);
  const known = url !== null && ["redis:", "rediss:"].includes(url.protocol);
  return known && url.hostname !== "" && /^(\/\d*)?$/.test(url.pathname) ? url : null;
}

/** A URL cannot hold several hosts, so each is read as the URL that it would make alone. */
function sentinel(address: string): RedisAddress | null {
  const [, credentials = "", hosts = "", master = "", db = "0"] =
    /^redis\+sentinel:\/\/(?:([^@/]*)@)?([^@/]+)\/([\w.-]+)(?:\/(\d+))?$/.exec(address) ?? [];
  if (master === "") return null;
  const sentinels = hosts.split(",").map((host) => parseUrl(`tcp://${host.trim()}`));
  if (sentinels.some((url) => !url?.hostname || url.pathname !== "")) return null;
  const user = parseUrl(`tcp://${credentials}@host`);
  if (user === null) return null;
  return {
    kind: "sentinel",
    master,
    sentinels: sentinels.flatMap((url) =>
      url === null ? [] : [{ host: url.hostname, port: Number(url.port || SENTINEL_PORT) }],
    ),
    username: decode(user.username),
    password: decode(user.password),
    db: Number(db),
  };
}

function decode(component: string): string | null {
  if (component === "") return null;
  try {
    return decodeURIComponent(component);
  } catch {
    return component;
  }
}
