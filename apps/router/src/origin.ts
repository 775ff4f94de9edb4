import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

export interface OriginPolicy {
  /** Origins, exactly as browsers write them, whose pages may use this server beside its own. */
  readonly allowedOrigins: readonly string[];
  /**
   * Refuse host names that are neither an address nor `localhost`. For a server without
   * authentication on loopback: a page whose own name is made to resolve to 127.0.0.1 ("DNS
   * rebinding") is same-origin with it, and no other check would stop it.
   */
  readonly localNamesOnly: boolean;
  /** Believe `X-Forwarded-Host`: a reverse proxy that sets it stands in front. */
  readonly trustForwardedHost: boolean;
}

/** Which web pages may use this server. Requests that no browser sent carry no Origin and pass. */
export class OriginGuard {
  readonly #allowed: ReadonlySet<string>;
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #policy: OriginPolicy;

  constructor(policy: OriginPolicy) {
    this.#policy = policy;
    this.#allowed = new Set(policy.allowedOrigins.map((origin) => origin.toLowerCase()));
    this.#allowedHosts = new Set(policy.allowedOrigins.flatMap((o) => parse(o)?.hostname ?? []));
  }

  /** @returns why the page behind this request may not use the server, null where it may. */
  refusal(request: IncomingMessage): string | null {
    return this.refusedHost(request) ?? this.#refusedOrigin(request);
  }

  /** Of the two checks, the one that also holds for requests which change nothing. */
  refusedHost(request: IncomingMessage): string | null {
    const host = this.#host(request);
    if (!this.#policy.localNamesOnly || host === undefined) return null;
    const name = parse(`http://${host}`)?.hostname;
    if (name !== undefined && (isLocalName(name) || this.#allowedHosts.has(name))) return null;
    return "this server answers to localhost alone: see --allowed-origins";
  }

  #refusedOrigin(request: IncomingMessage): string | null {
    const { origin } = request.headers;
    if (origin === undefined || this.#allowed.has(origin.toLowerCase())) return null;
    const url = parse(origin);
    const host = this.#host(request);
    // Parsed with the page's own scheme, so that :80 or :443 is left out on both sides.
    if (url && host && parse(`${url.protocol}//${host}`)?.host === url.host) return null;
    return "pages of this origin may not use this server: see --allowed-origins";
  }

  #host({ headers }: IncomingMessage): string | undefined {
    const forwarded = this.#policy.trustForwardedHost ? headers["x-forwarded-host"] : undefined;
    return typeof forwarded === "string" ? forwarded : headers.host;
  }
}

function isLocalName(hostname: string): boolean {
  const address = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return isIP(address) !== 0 || hostname === "localhost" || hostname.endsWith(".localhost");
}

function parse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}
