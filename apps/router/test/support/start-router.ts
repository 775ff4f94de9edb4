import { systemClock } from "@homeroom/room";
import { onTestFinished } from "vitest";
import {
  createAnonymousAuthenticator,
  createRouter,
  defaultRouterLimits,
  type HttpLimits,
  type Router,
  type RouterOptions,
  type ShutdownLimits,
  type SocketLimits,
} from "../../src/index.js";
import { FakeEdge } from "./fake-edge.js";
import { FakeRooms } from "./fake-rooms.js";
import { RecordingLogger, RecordingMeter } from "./recording.js";

export const NODE = "one";

type Overrides = Partial<Omit<RouterOptions, "limits" | "edge" | "rooms" | "logger" | "meter">> & {
  readonly sockets?: Partial<SocketLimits>;
  readonly http?: Partial<HttpLimits>;
  readonly shutdown?: Partial<ShutdownLimits>;
};

export interface StartedRouter {
  readonly router: Router;
  readonly url: string;
  readonly webSocketUrl: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly edge: FakeEdge;
  readonly rooms: FakeRooms;
  readonly logger: RecordingLogger;
  readonly meter: RecordingMeter;
}

/** A router on a free port over fakes, everybody allowed everything; closed after the test. */
export async function startRouter(overrides: Overrides = {}): Promise<StartedRouter> {
  const { sockets, http, shutdown, ...options } = overrides;
  const edge = new FakeEdge();
  const rooms = new FakeRooms();
  const logger = new RecordingLogger();
  const meter = new RecordingMeter();
  const router = await createRouter({
    node: NODE,
    host: "127.0.0.1",
    port: 0,
    metricsPort: null,
    authenticator: createAnonymousAuthenticator("admin"),
    links: "authentication-off",
    readiness: () => ({ ready: true, checks: [{ name: "journal", ok: true }] }),
    metrics: async () => ({ contentType: "text/plain; version=0.0.4", body: "homeroom_up 1\n" }),
    editorDirectory: null,
    allowedOrigins: [],
    localNamesOnly: false,
    trustedProxies: 0,
    clock: systemClock,
    ...options,
    ...{ edge, rooms, logger, meter },
    limits: {
      sockets: { ...defaultRouterLimits.sockets, ...sockets },
      http: { ...defaultRouterLimits.http, ...http },
      shutdown: { ...defaultRouterLimits.shutdown, ...shutdown },
    },
  });
  onTestFinished(() => router.close());
  const { url, port, metricsPort } = await router.listen();
  const webSocketUrl = url.replace("http:", "ws:");
  return { router, url, webSocketUrl, port, metricsPort, edge, rooms, logger, meter };
}
