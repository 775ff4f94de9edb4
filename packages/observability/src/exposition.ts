import { Registry } from "prom-client";
import type { Buckets } from "./buckets.js";

type RegistryMetric = Parameters<Registry["registerMetric"]>[0];
type Labels = Readonly<Record<string, string | number>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/**
 * Metrics that are read when somebody asks for them. The code that they count on changes a plain
 * number; prom-client's own counters look up their labels each time, which costs more than
 * relaying an edit.
 */
export class Exposition {
  readonly #registry: Registry = new Registry();

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus reads. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  counter(name: string, help: string, read: () => number): void {
    this.#register(name, "counter", help, () => [{ labels: {}, value: read() }]);
  }

  /** @param read may take a moment, within bounds of its own: whoever asks waits for it */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    this.#register(name, "gauge", help, async () => [{ labels: {}, value: await read() }]);
  }

  /** One counter for each value that `label` has had. */
  counters<Word extends string>(
    name: string,
    help: string,
    label: string,
    counts: ReadonlyMap<Word, number>,
  ): void {
    this.#register(name, "counter", help, () => labelled(label, counts));
  }

  gauges<Word extends string>(
    name: string,
    help: string,
    label: string,
    read: () => ReadonlyMap<Word, number>,
  ): void {
    this.#register(name, "gauge", help, () => labelled(label, read()));
  }

  histogram(name: string, help: string, buckets: Buckets): void {
    this.#register(name, "histogram", help, () => {
      const counts = buckets.cumulative();
      const bucket = (le: number | string, value = 0): Sample => ({
        metricName: `${name}_bucket`,
        labels: { le },
        value,
      });
      return [
        ...buckets.bounds.map((bound, index) => bucket(bound, counts[index])),
        bucket("+Inf", counts.at(-1)),
        { metricName: `${name}_sum`, labels: {}, value: buckets.sum },
        { metricName: `${name}_count`, labels: {}, value: counts.at(-1) ?? 0 },
      ];
    });
  }

  #register(
    name: string,
    type: string,
    help: string,
    read: () => readonly Sample[] | Promise<readonly Sample[]>,
  ): void {
    const metric = { name, get: async () => ({ name, help, type, values: await read() }) };
    // A registry needs no more of a metric than this, as prom-client's own cluster mode shows.
    this.#registry.registerMetric(metric as unknown as RegistryMetric);
  }
}

function labelled(label: string, values: ReadonlyMap<string, number>): Sample[] {
  return Array.from(values, ([word, value]) => ({ labels: { [label]: word }, value }));
}
