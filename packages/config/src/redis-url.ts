import { parsed, parseUrl, type Value } from "./value.js";

const SENTINEL = /^rediss?\+sentinel:\/\/(?:([^@/]*)@)?([^@/]+)\/[\w.-]+(?:\/\d{1,4})?$/;

/**
 * Where Redis is, in the three ways in which it is run. `redis://…` or `rediss://…` (TLS) is one
 * server; several, separated by commas, are nodes of one Redis Cluster;
 * `redis+sentinel://[user:password@]host[:port],…/master[/db]` names Sentinels.
 */
export const redisUrl: Value<string> = parsed<string>(
  "<url>",
  "redis://host:port or rediss://host:port, several of one kind separated by commas " +
    "(Redis Cluster), or redis+sentinel://host:port,…/master (Sentinel)",
  (address) => {
    const known = address.includes("+sentinel://") ? areSentinels(address) : areServers(address);
    return known ? address : null;
  },
);

function areServers(address: string): boolean {
  const urls = address.split(",").map((url) => server(url.trim()));
  if (urls.some((url) => url === null || url.protocol !== urls[0]?.protocol)) return false;
  // A Redis Cluster has no numbered databases but 0.
  return urls.length === 1 || urls.every((url) => ["", "/", "/0"].includes(url?.pathname ?? ""));
}

function server(address: string): URL | null {
  const url = parseUrl(address);
  const known = url !== null && ["redis:", "rediss:"].includes(url.protocol);
  return known && url.hostname !== "" && /^(\/\d{0,4})?$/.test(url.pathname) ? url : null;
}

/** A URL cannot hold several hosts, so each is read as the URL that it would make alone. */
function areSentinels(address: string): boolean {
  const [, credentials = "", hosts = ""] = SENTINEL.exec(address) ?? [];
  return [...hosts.split(","), `${credentials}@host`].every((part) => {
    const url = parseUrl(`tcp://${part.trim()}`);
    return url !== null && url.hostname !== "" && url.pathname === "";
  });
}
