/** Where Redis is, by `--redis-url`. */
export type RedisTarget =
  | ({ readonly mode: "single"; readonly host: string; readonly port: number } & Access)
  | ({ readonly mode: "cluster"; readonly nodes: readonly Address[] } & Access)
  | ({
      readonly mode: "sentinel";
      readonly sentinels: readonly Address[];
      /** The name that the sentinels know the primary by. */
      readonly name: string;
    } & Access);

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Access {
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
  /** Always 0 in a Redis Cluster. */
  readonly database: number;
}

const schemes = new Map([
  ["redis:", { sentinel: false, tls: false }],
  ["rediss:", { sentinel: false, tls: true }],
  ["redis+sentinel:", { sentinel: true, tls: false }],
  ["rediss+sentinel:", { sentinel: true, tls: true }],
]);

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `rediss://…` (TLS), several of either,
 * separated by commas (Redis Cluster), or
 * `redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/database]`.
 * @throws RangeError that says what is wrong; never with the password
 */
export function parseRedisUrl(text: string): RedisTarget {
  const parts = text.split(",").map((part) => part.trim());
  const scheme = /^[a-z+]+:(?=\/\/)/i.exec(parts[0] ?? "")?.[0].toLowerCase();
  const kind = scheme === undefined ? undefined : schemes.get(scheme);
  if (!kind) throw new RangeError(`begins with ${[...schemes.keys()].join("//, ")}//`);
  // A URL has one host; further ones are read as URLs of their own, under the first one's scheme.
  const urls = parts.map((part, index) =>
    read(index === 0 || part.includes("://") ? part : `${scheme}//${part}`),
  );
  const [first] = urls;
  const last = urls.at(-1);
  if (!first || !last) throw new RangeError("names no host");
  const access = { ...credentials(first), tls: kind.tls };
  const hosts = urls.map(({ hostname, port }) => address(hostname, port, kind.sentinel));
  if (kind.sentinel) {
    const [name, database, ...more] = last.pathname.split("/").slice(1);
    if (!name || more.length > 0)
      throw new RangeError("a Sentinel URL ends with /name of the primary");
    return { mode: "sentinel", sentinels: hosts, name, ...access, database: number(database) };
  }
  const database = number(first.pathname.slice(1));
  if (urls.length === 1)
    return { mode: "single", ...address(first.hostname, first.port, false), ...access, database };
  if (urls.some(({ pathname }) => number(pathname.slice(1)) !== 0)) {
    throw new RangeError("a Redis Cluster has no databases");
  }
  return { mode: "cluster", nodes: hosts, ...access, database };
}

function read(part: string): URL {
  let url: URL | undefined;
  try {
    // A scheme of which URL knows no default port, so that it keeps whichever is given.
    url = new URL(part.replace(/^[^:]+:/, "redis:"));
  } catch {
    // Without the cause, which quotes the URL and with it the password.
  }
  if (!url || url.hostname === "") throw new RangeError("is not a URL with a host");
  return url;
}

const credentials = ({ username, password }: URL) => ({
  ...(username === "" ? {} : { username: decodeURIComponent(username) }),
  ...(password === "" ? {} : { password: decodeURIComponent(password) }),
});

const address = (hostname: string, port: string, sentinel: boolean): Address => ({
  host: hostname.replace(/^\[|\]$/g, ""),
  port: port === "" ? (sentinel ? 26_379 : 6_379) : Number(port),
});

function number(database: string | undefined): number {
  if (database === undefined || database === "") return 0;
  if (!/^\d{1,4}$/.test(database)) throw new RangeError("the database is a number");
  return Number(database);
}
