import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { linkAuthorization } from "@homeroom/protocol";

/** Who may ask for a link: whoever knows the secret; or anybody on this machine. */
export type LinkSecret = string | { readonly anybodyOnLoopback: true };

export function isAuthorized(request: IncomingMessage, secret: LinkSecret): boolean {
  if (typeof secret !== "string") return isLoopback(request.socket.remoteAddress ?? "");
  const { authorization = "" } = request.headers;
  // Digests, because only equal lengths can be compared in constant time.
  return timingSafeEqual(digest(authorization), digest(linkAuthorization(secret)));
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

const isLoopback = (address: string): boolean =>
  address === "::1" || /^(::ffff:)?127\./.test(address);
