import type { Clock, Meter, RoomService } from "@homeroom/room";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import type { AddressReader } from "../address.js";
import { Admission } from "../admission.js";
import type { LinkSigner, NoLinks } from "../auth/link-signer.js";
import type { PrincipalAuthenticator } from "../auth/principal.js";
import type { OriginGuard } from "../origin.js";
import { demand, rememberCallers } from "./access.js";
import type { App } from "./app.js";
import { boundService } from "./bounded-service.js";
import type { HttpLimits } from "./limits.js";
import { answerOtherMethods, recordMethods } from "./other-methods.js";
import { Problem } from "./problem.js";
import { addDocumentRoutes } from "./routes/document.js";
import { addLinkRoutes } from "./routes/links.js";
import { addNodeRoutes } from "./routes/nodes.js";
import { addRoomRoutes } from "./routes/rooms.js";

export interface ApiOptions {
  readonly rooms: RoomService;
  readonly authenticator: PrincipalAuthenticator;
  readonly links: LinkSigner | NoLinks;
  readonly addresses: AddressReader;
  readonly origins: OriginGuard;
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly meter: Pick<Meter, "refused">;
}

/** The API under `/api/v1`, for who may use it. */
export async function addApi(app: App, options: ApiOptions): Promise<void> {
  const { authenticator, links, clock, limits } = options;
  const context = {
    limits,
    links,
    rooms: boundService(options.rooms, clock, limits.serviceMs),
    demand: (need: Parameters<typeof demand>[1]) => demand(authenticator, need),
  };
  const routes: FastifyPluginCallbackZod = (api, _options, done) => {
    api.addHook("onRequest", (_request, reply, next) => {
      reply.header("cache-control", "no-store");
      next();
    });
    refuseForeignPages(api, options);
    boundRequests(api, options);
    const methods = recordMethods(api);
    rememberCallers(api);
    addRoomRoutes(api, context);
    addDocumentRoutes(api, context);
    addLinkRoutes(api, context);
    addNodeRoutes(api, context);
    answerOtherMethods(api, methods);
    done();
  };
  await app.register(routes, { prefix: "/api/v1" });
}

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** A page of another origin cannot read answers, but it could make a browser send requests. */
function refuseForeignPages(api: App, { origins, meter }: ApiOptions): void {
  api.addHook("onRequest", async ({ raw, method }) => {
    const refusal = READING.has(method) ? origins.refusedHost(raw) : origins.refusal(raw);
    if (refusal === null) return;
    meter.refused("origin");
    throw new Problem("ORIGIN_REFUSED", refusal);
  });
}

function boundRequests(api: App, { addresses, limits, meter }: ApiOptions): void {
  const admission = new Admission(limits.requests, limits.requestsPerAddress);
  api.addHook("onRequest", async ({ raw }, reply) => {
    const address = addresses.read(raw);
    switch (admission.check(address)) {
      case "free":
        reply.raw.once("close", admission.enter(address));
        return;
      case "full":
        meter.refused("connections");
        throw new Problem("OVERLOADED", "too many requests are under way; try again");
      case "address-full":
        meter.refused("connections");
        throw new Problem(
          "TOO_MANY_REQUESTS",
          `at most ${limits.requestsPerAddress} requests of one address may be under way`,
        );
    }
  });
}
