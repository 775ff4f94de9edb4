import { PrometheusMeter } from "@homeroom/observability";
import type { RefusalReason } from "@homeroom/room";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let now = 0;
let meter: PrometheusMeter;
beforeEach(() => {
  now = 0;
  meter = new PrometheusMeter({ monotonic: () => now });
});
afterEach(() => meter.close());

/** Values by name and labels, as they are exposed. */
async function exposed(): Promise<Map<string, number>> {
  const { body } = await meter.metrics();
  const samples = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

describe("OB4: exposition", () => {
  it("counts what the engine reports", async () => {
    meter.updateReceived(30);
    meter.updateReceived(12);
    meter.broadcast(100, 3);
    meter.applied(2, 0.2);
    meter.flushed(5, 4096, 3);
    meter.flushFailed("ENOSPC");
    meter.acknowledged(4);
    meter.acknowledged(40_000);
    meter.journalQueue(77);
    meter.refused("poison");
    meter.roomState(null, "loading");
    meter.roomState("loading", "live");
    meter.roomState(null, "loading");
    meter.snapshot(1000, 20);
    meter.quarantined();
    meter.slowReader();
    const values = await exposed();
    expect(Object.fromEntries(values)).toMatchObject({
      homeroom_updates_received_total: 2,
      homeroom_received_bytes_total: 42,
      homeroom_broadcasts_total: 1,
      homeroom_updates_sent_total: 3,
      homeroom_sent_bytes_total: 300,
      homeroom_updates_applied_total: 2,
      homeroom_apply_seconds_count: 1,
      'homeroom_apply_seconds_bucket{le="0.0001"}': 0,
      'homeroom_apply_seconds_bucket{le="0.00025"}': 1,
      'homeroom_apply_seconds_bucket{le="+Inf"}': 1,
      homeroom_flushed_bytes_total: 4096,
      homeroom_flush_seconds_sum: 0.003,
      'homeroom_flush_failures_total{code="ENOSPC"}': 1,
      homeroom_acknowledgement_seconds_count: 2,
      'homeroom_acknowledgement_seconds_bucket{le="0.005"}': 1,
      'homeroom_acknowledgement_seconds_bucket{le="30"}': 1,
      'homeroom_acknowledgement_seconds_bucket{le="+Inf"}': 2,
      homeroom_journal_queue_bytes: 77,
      'homeroom_refused_total{reason="poison"}': 1,
      'homeroom_rooms{state="loading"}': 1,
      'homeroom_rooms{state="live"}': 1,
      homeroom_snapshots_total: 1,
      homeroom_snapshot_bytes_total: 1000,
      homeroom_quarantined_total: 1,
      homeroom_slow_readers_total: 1,
    });
  });

  it("counts what the routes and links of a router report", async () => {
    const routes = meter.routes();
    routes.routeState(null, "finding");
    routes.routeState("finding", "opening");
    routes.routeState("opening", "attached");
    routes.routeState(null, "finding");
    routes.routeState(null, "finding");
    routes.routeState("finding", "gone");
    routes.routeState("gone", null);
    routes.rehomed(40);
    routes.replayed(3);
    routes.replayed(4);
    routes.homeless();
    routes.unsettled(500);
    routes.unsettled(120);
    routes.link("opened");
    routes.link("opened");
    routes.link("lost");
    routes.refused("backlog");
    const values = await exposed();
    expect(Object.fromEntries(values)).toMatchObject({
      'homeroom_routes{state="finding"}': 1,
      'homeroom_routes{state="opening"}': 0,
      'homeroom_routes{state="attached"}': 1,
      'homeroom_without_home_seconds_bucket{le="0.025"}': 0,
      'homeroom_without_home_seconds_bucket{le="0.05"}': 1,
      homeroom_replayed_updates_total: 7,
      homeroom_homeless_total: 1,
      homeroom_unsettled_bytes: 120,
      'homeroom_link_events_total{event="opened"}': 2,
      'homeroom_link_events_total{event="failed"}': 0,
      'homeroom_link_events_total{event="lost"}': 1,
      'homeroom_refused_total{reason="backlog"}': 1,
    });
    expect(values.has('homeroom_routes{state="gone"}')).toBe(false);
  });

  it("counts what the links of a coordinator report", async () => {
    const links = meter.links();
    links.links(3);
    links.links(2);
    links.linkCut("unauthorized");
    links.channelOverflow();
    expect(Object.fromEntries(await exposed())).toMatchObject({
      homeroom_links: 2,
      'homeroom_links_cut_total{why="unauthorized"}': 1,
      'homeroom_links_cut_total{why="silent"}': 0,
      homeroom_channel_overflows_total: 1,
    });
  });

  it("names everything homeroom_, with help and type", async () => {
    meter.routes();
    meter.links();
    const { contentType, body } = await meter.metrics();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const names = [...(await exposed()).keys()].map((name) => name.replace(/\{.*/, ""));
    for (const name of names) expect(name).toMatch(/^homeroom_[a-z_]+$/);
    for (const [, name] of body.matchAll(/^# HELP (\S+) \S/gm)) {
      expect(body).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, "m"));
    }
  });

  it("exposes gauges that others keep", async () => {
    let open = 3;
    meter.gauge("homeroom_connections", "Open sockets.", () => open);
    open = 4;
    expect((await exposed()).get("homeroom_connections")).toBe(4);
  });

  it("knows the process", async () => {
    const values = await exposed();
    expect(values.get("homeroom_heap_bytes")).toBeGreaterThan(1e6);
    expect(values.get("homeroom_resident_bytes")).toBeGreaterThan(1e6);
    expect(values.get("homeroom_start_time_seconds")).toBeLessThan(Date.now() / 1e3);
    expect(meter.heapBytes()).toBeGreaterThan(1e6);
  });
});

it("OB5: a reason that has not occurred is zero rather than absent", async () => {
  const reasons: RefusalReason[] = ["malformed", "rate", "backlog"];
  const values = await exposed();
  for (const reason of reasons)
    expect(values.get(`homeroom_refused_total{reason="${reason}"}`)).toBe(0);
  expect(values.get('homeroom_rooms{state="resting"}')).toBe(0);
});

describe("OB6: lifetime", () => {
  it("has a registry of its own", async () => {
    const other = new PrometheusMeter({ monotonic: () => 0 });
    other.updateReceived(1);
    other.close();
    other.close();
    expect((await exposed()).get("homeroom_updates_received_total")).toBe(0);
  });
});

describe("OB7: event-loop delay", () => {
  const block = (ms: number): void => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };
  /** Until the monitor, which ticks every 20 ms, has measured `ticks` times. */
  const ticks = async (count: number): Promise<void> => {
    for (let tick = 0; tick < count; tick++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const longest = async () =>
    (await exposed()).get('homeroom_event_loop_delay_seconds{quantile="1"}') ?? Number.NaN;

  it("sees a blocked loop, keeps its window for all readers, then forgets", async () => {
    await ticks(3);
    block(150);
    await ticks(3);
    expect(await longest()).toBeGreaterThan(0.1);
    now += 10_000;
    expect(await longest()).toBeGreaterThan(0.1);
    expect(await longest()).toBeGreaterThan(0.1);
    await ticks(3);
    now += 10_000;
    expect(await longest()).toBeLessThan(0.1);
    expect(meter.eventLoopLagMs()).toBeLessThan(100);
  });
});
