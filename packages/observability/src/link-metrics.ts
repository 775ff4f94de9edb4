import { increase, zeros } from "./counts.js";
import type { Exposition } from "./exposition.js";

type LinkCut = "unauthorized" | "limit" | "malformed" | "silent" | "overflow";

/** What the links of a coordinator report. */
export class LinkMetrics {
  readonly #cut = zeros<LinkCut>(["unauthorized", "limit", "malformed", "silent", "overflow"]);
  #open = 0;
  #overflows = 0;

  constructor(metrics: Exposition) {
    metrics.gauge("homeroom_links", "Open links of routers.", () => this.#open);
    const cut = "Routers that were turned away or cut off.";
    metrics.counters("homeroom_links_cut_total", cut, "why", this.#cut);
    metrics.counter(
      "homeroom_channel_overflows_total",
      "Rooms of which so much waited for a router that it was sent to start afresh.",
      () => this.#overflows,
    );
  }

  links(open: number): void {
    this.#open = open;
  }

  linkCut(why: LinkCut): void {
    increase(this.#cut, why, 1);
  }

  channelOverflow(): void {
    this.#overflows += 1;
  }
}
