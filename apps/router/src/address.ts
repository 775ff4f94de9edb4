import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

/** Where a request came from: its socket's peer, or what the trusted proxies say. */
export class AddressReader {
  readonly #proxies: number;

  /**
   * @param proxies How many reverse proxies stand in front. Each appends its peer to
   *   `X-Forwarded-For`, so only that many entries from the end were not written by the client.
   */
  constructor(proxies: number) {
    this.#proxies = proxies;
  }

  /** IPv4 in IPv6 notation is written as IPv4. */
  read(request: IncomingMessage): string {
    const forwarded = this.#proxies > 0 ? request.headers["x-forwarded-for"] : undefined;
    const hops = typeof forwarded === "string" ? forwarded.split(",") : [];
    const address = hops.at(-this.#proxies)?.trim() || request.socket.remoteAddress;
    return address === undefined ? "unknown" : address.replace(/^::ffff:(?=\d+\.)/i, "");
  }
}

/**
 * Whose share of a limit per address a connection takes. Whoever has IPv6 has a /64 network at
 * least, and with it more addresses than any limit.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.split("%", 1).join("").split("::", 2);
  const before = head.split(":").filter((group) => group !== "");
  const after = tail.split(":").filter((group) => group !== "");
  const zeros = Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill("0"), ...after];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}
