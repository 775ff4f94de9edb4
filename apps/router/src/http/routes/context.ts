import type { RoomService } from "@homeroom/room";
import type { FastifyRequest } from "fastify";
import type { LinkSigner, NoLinks } from "../../auth/link-signer.js";
import type { Need } from "../access.js";
import type { HttpLimits } from "../limits.js";

/** What the routes of the API stand on. */
export interface RouteContext {
  readonly rooms: RoomService;
  readonly links: LinkSigner | NoLinks;
  readonly limits: HttpLimits;
  /** A hook that lets through who may. */
  readonly demand: (need: Need) => (request: FastifyRequest) => Promise<void>;
}
