import type { Clock, Meter, RefusalReason, RoomStateName } from "@homeroom/room";
import { Buckets, LATENCY_SECONDS } from "./buckets.js";
import { increase, zeros } from "./counts.js";
import { EventLoopMonitor } from "./event-loop.js";
import { Exposition } from "./exposition.js";
import { LinkMetrics } from "./link-metrics.js";
import { RouteMetrics } from "./route-metrics.js";

const ROOM_STATES: readonly RoomStateName[] = ["loading", "live", "resting", "closing"];

/** Every reason is there from the start, so that a first refusal is seen as an increase. */
const REASONS: Readonly<Record<RefusalReason, 0>> = {
  malformed: 0,
  "read-only": 0,
  "too-large": 0,
  rate: 0,
  connections: 0,
  origin: 0,
  token: 0,
  forbidden: 0,
  "room-name": 0,
  awareness: 0,
  poison: 0,
  backlog: 0,
};

/** The engine's numbers and the process's own, for Prometheus. Names begin with `homeroom_`. */
export class PrometheusMeter implements Meter {
  readonly #exposition = new Exposition();
  readonly #eventLoop: EventLoopMonitor;
  readonly #applySeconds = new Buckets(LATENCY_SECONDS);
  readonly #flushSeconds = new Buckets(LATENCY_SECONDS);
  readonly #acknowledgementSeconds = new Buckets(LATENCY_SECONDS);
  readonly #snapshotSeconds = new Buckets(LATENCY_SECONDS);
  readonly #flushFailures = new Map<string, number>();
  readonly #refused = new Map(Object.entries(REASONS) as [RefusalReason, number][]);
  readonly #rooms = zeros(ROOM_STATES);
  #received = 0;
  #receivedBytes = 0;
  #sent = 0;
  #sentBytes = 0;
  #broadcasts = 0;
  #applied = 0;
  #flushedBytes = 0;
  #journalQueueBytes = 0;
  #quarantined = 0;
  #slowReaders = 0;
  #snapshotBytes = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#eventLoop = new EventLoopMonitor(clock);
    this.#declareEdits();
    this.#declareRooms();
    this.#declareProcess();
  }

  /** What the body of `/metrics` is. */
  async metrics(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.#exposition.contentType, body: await this.#exposition.text() };
  }

  /**
   * Adds a number that somebody else keeps, such as the count of open sockets.
   * @param read may ask another process, within bounds of its own: whoever scrapes waits for it
   */
  gauge(name: `homeroom_${string}`, help: string, read: () => number | Promise<number>): void {
    this.#exposition.gauge(name, help, read);
  }

  /** Exposes what the routes and links of a router report; once. */
  routes(): RouteMetrics {
    return new RouteMetrics(this.#exposition, (reason) => this.refused(reason));
  }

  /** Exposes what the links of a coordinator report; once. */
  links(): LinkMetrics {
    return new LinkMetrics(this.#exposition);
  }

  /** How late timers ran lately: the 99th percentile, in milliseconds. */
  eventLoopLagMs(): number {
    return this.#eventLoop.read().p99;
  }

  heapBytes(): number {
    return process.memoryUsage().heapUsed;
  }

  /** Idempotent. */
  close(): void {
    this.#eventLoop.close();
  }

  updateReceived(bytes: number): void {
    this.#received += 1;
    this.#receivedBytes += bytes;
  }

  broadcast(bytes: number, deliveries: number): void {
    this.#broadcasts += 1;
    this.#sent += deliveries;
    this.#sentBytes += bytes * deliveries;
  }

  applied(updates: number, ms: number): void {
    this.#applied += updates;
    this.#applySeconds.observe(ms / 1e3);
  }

  flushed(_rooms: number, bytes: number, ms: number): void {
    this.#flushedBytes += bytes;
    this.#flushSeconds.observe(ms / 1e3);
  }

  flushFailed(code: string): void {
    increase(this.#flushFailures, code, 1);
  }

  acknowledged(ms: number): void {
    this.#acknowledgementSeconds.observe(ms / 1e3);
  }

  journalQueue(bytes: number): void {
    this.#journalQueueBytes = bytes;
  }

  refused(reason: RefusalReason): void {
    increase(this.#refused, reason, 1);
  }

  roomState(from: RoomStateName | null, to: RoomStateName | null): void {
    if (from !== null) increase(this.#rooms, from, -1);
    if (to !== null) increase(this.#rooms, to, 1);
  }

  snapshot(bytes: number, ms: number): void {
    this.#snapshotBytes += bytes;
    this.#snapshotSeconds.observe(ms / 1e3);
  }

  quarantined(): void {
    this.#quarantined += 1;
  }

  slowReader(): void {
    this.#slowReaders += 1;
  }

  #declareEdits(): void {
    const metrics = this.#exposition;
    const count = metrics.counter.bind(metrics);
    count("homeroom_updates_received_total", "Updates from clients.", () => this.#received);
    count("homeroom_received_bytes_total", "Bytes of them.", () => this.#receivedBytes);
    count("homeroom_updates_applied_total", "Updates that were applied.", () => this.#applied);
    count(
      "homeroom_broadcasts_total",
      "Flushes of a room to its sessions.",
      () => this.#broadcasts,
    );
    count(
      "homeroom_updates_sent_total",
      "Flushes, times the sessions they went to.",
      () => this.#sent,
    );
    count("homeroom_sent_bytes_total", "Bytes of them.", () => this.#sentBytes);
    metrics.histogram("homeroom_apply_seconds", "One transaction of one room.", this.#applySeconds);
    metrics.histogram(
      "homeroom_acknowledgement_seconds",
      "From the arrival of an update until it was durable.",
      this.#acknowledgementSeconds,
    );
    metrics.counters("homeroom_refused_total", "Input that was refused.", "reason", this.#refused);
    count("homeroom_slow_readers_total", "Sessions closed as too slow.", () => this.#slowReaders);
  }

  #declareRooms(): void {
    const metrics = this.#exposition;
    metrics.gauges("homeroom_rooms", "Rooms in memory.", "state", () => this.#rooms);
    metrics.gauge(
      "homeroom_journal_queue_bytes",
      "Accepted and not yet durable.",
      () => this.#journalQueueBytes,
    );
    metrics.histogram("homeroom_flush_seconds", "One group commit.", this.#flushSeconds);
    metrics.counter("homeroom_flushed_bytes_total", "Journaled.", () => this.#flushedBytes);
    metrics.counters(
      "homeroom_flush_failures_total",
      "Group commits that failed.",
      "code",
      this.#flushFailures,
    );
    metrics.counter(
      "homeroom_snapshots_total",
      "Snapshots stored.",
      () => this.#snapshotSeconds.cumulative().at(-1) ?? 0,
    );
    metrics.histogram("homeroom_snapshot_seconds", "One snapshot.", this.#snapshotSeconds);
    metrics.counter("homeroom_snapshot_bytes_total", "Bytes of them.", () => this.#snapshotBytes);
    metrics.counter(
      "homeroom_quarantined_total",
      "Rooms found damaged in the store.",
      () => this.#quarantined,
    );
  }

  #declareProcess(): void {
    const metrics = this.#exposition;
    metrics.gauges(
      "homeroom_event_loop_delay_seconds",
      "How late timers ran over the last ten seconds or since they were last read.",
      "quantile",
      () => {
        const { p50, p99, max } = this.#eventLoop.read();
        return new Map([
          ["0.5", p50 / 1e3],
          ["0.99", p99 / 1e3],
          ["1", max / 1e3],
        ]);
      },
    );
    const memory = (): NodeJS.MemoryUsage => process.memoryUsage();
    metrics.gauge("homeroom_heap_bytes", "JavaScript heap in use.", () => this.heapBytes());
    metrics.gauge("homeroom_external_bytes", "Buffers outside of it.", () => memory().external);
    metrics.gauge("homeroom_resident_bytes", "Resident memory.", () => memory().rss);
    metrics.counter("homeroom_cpu_seconds_total", "Processor time, user and system.", () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
    const started = Date.now() / 1e3 - process.uptime();
    metrics.gauge("homeroom_start_time_seconds", "When the process started.", () => started);
  }
}
