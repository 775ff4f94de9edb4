import type { RefusalReason } from "@homeroom/room";
import { Buckets, LATENCY_SECONDS } from "./buckets.js";
import { increase, zeros } from "./counts.js";
import type { Exposition } from "./exposition.js";

type RouteState = "finding" | "opening" | "attached" | "gone";
type LinkEvent = "opened" | "failed" | "lost";

/** What the routes and the links of a router report. */
export class RouteMetrics {
  readonly refused: (reason: RefusalReason) => void;
  readonly #routes = zeros<RouteState>(["finding", "opening", "attached"]);
  readonly #linkEvents = zeros<LinkEvent>(["opened", "failed", "lost"]);
  readonly #withoutHomeSeconds = new Buckets(LATENCY_SECONDS);
  #replayed = 0;
  #homeless = 0;
  #unsettledBytes = 0;

  /** @param refused counts input that was refused, wherever that was */
  constructor(metrics: Exposition, refused: (reason: RefusalReason) => void) {
    this.refused = refused;
    const routes = "Rooms of this router, by whether their home is being found or serves them.";
    metrics.gauges("homeroom_routes", routes, "state", () => this.#routes);
    metrics.histogram(
      "homeroom_without_home_seconds",
      "From the loss of a room's home, by a move or a death, until the next one serves it.",
      this.#withoutHomeSeconds,
    );
    metrics.counter(
      "homeroom_homeless_total",
      "Rooms whose sessions were closed because no home was found in time.",
      () => this.#homeless,
    );
    metrics.counter(
      "homeroom_replayed_updates_total",
      "Edits that were not settled, and were said again to a new home.",
      () => this.#replayed,
    );
    metrics.gauge(
      "homeroom_unsettled_bytes",
      "Edits that this router keeps until their homes call them durable.",
      () => this.#unsettledBytes,
    );
    const events = "Links to coordinators that were opened, could not be, or were lost.";
    metrics.counters("homeroom_link_events_total", events, "event", this.#linkEvents);
  }

  routeState(from: RouteState | null, to: RouteState | null): void {
    if (from !== null && from !== "gone") increase(this.#routes, from, -1);
    if (to !== null && to !== "gone") increase(this.#routes, to, 1);
  }

  rehomed(ms: number): void {
    this.#withoutHomeSeconds.observe(ms / 1e3);
  }

  replayed(updates: number): void {
    this.#replayed += updates;
  }

  homeless(): void {
    this.#homeless += 1;
  }

  unsettled(bytes: number): void {
    this.#unsettledBytes = bytes;
  }

  link(event: LinkEvent): void {
    increase(this.#linkEvents, event, 1);
  }
}
