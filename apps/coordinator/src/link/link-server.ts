import type { IncomingMessage } from "node:http";
import type { Socket as NetSocket } from "node:net";
import type { Duplex } from "node:stream";
import { LINK_PATH } from "@homeroom/protocol";
import type { Clock, Homes, Logger } from "@homeroom/room";
import { WebSocketServer } from "ws";
import { isAuthorized, type LinkSecret } from "./authorize.js";
import { defaultLinkServerLimits, type LinkServerLimits } from "./limits.js";
import { Link, type LinkNode } from "./link.js";
import { type LinkMeter, silentLinkMeter } from "./meter.js";

export interface LinkServerOptions {
  /** The rooms that are at home here: a `RoomHost`. */
  readonly homes: Homes;
  readonly node: LinkNode;
  readonly secret: LinkSecret;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter?: LinkMeter;
  readonly limits?: Partial<LinkServerLimits>;
}

/** Where routers' links arrive. */
export interface LinkServer {
  /** Open links. */
  readonly links: number;
  /** Bytes that wait for routers. */
  readonly buffered: number;
  /** Takes an upgrade request for `LINK_PATH`. @returns false where it is for another path */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /**
   * Tells every router that the rooms are not at home here any more, and closes the links; nobody
   * is let in after it. To be called when the rooms have been handed over or `RoomHost.close` has
   * made durable what they took, so that routers hear of that still.
   */
  close(): Promise<void>;
}

export function createLinkServer(options: LinkServerOptions): LinkServer {
  const limits = { ...defaultLinkServerLimits, ...options.limits };
  const { homes, node, clock, logger, meter = silentLinkMeter, secret } = options;
  const context = { homes, node, clock, logger, meter, limits };
  const links = new Set<Link>();
  const acceptor = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    closeTimeout: limits.closeMs,
  };
  const server = new WebSocketServer(acceptor);
  let closing: Promise<void> | null = null;

  const refuse = (socket: Duplex, status: string): void => {
    socket.on("error", () => undefined);
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };

  const close = async (): Promise<void> => {
    await Promise.all([...links].map((link) => link.close()));
  };

  return {
    get links() {
      return links.size;
    },
    get buffered() {
      let buffered = 0;
      for (const link of links) buffered += link.buffered;
      return buffered;
    },
    handleUpgrade(request, socket, head) {
      if (request.url?.split("?")[0] !== LINK_PATH) return false;
      if (!isAuthorized(request, secret)) {
        meter.linkCut("unauthorized");
        logger.warn({ address: request.socket.remoteAddress }, "link refused: wrong secret");
        refuse(socket, "401 Unauthorized");
      } else if (closing || links.size >= limits.links) {
        meter.linkCut("limit");
        refuse(socket, "503 Service Unavailable");
      } else {
        server.handleUpgrade(request, socket, head, (ws) => {
          const link = new Link(ws, request.socket as NetSocket, context);
          links.add(link);
          meter.links(links.size);
          ws.once("close", () => {
            links.delete(link);
            meter.links(links.size);
          });
        });
      }
      return true;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
