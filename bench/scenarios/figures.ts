import type { Figure, Target } from "./scenario.js";

const target = (value: Target | undefined): { readonly target?: Target } =>
  value === undefined ? {} : { target: value };

export const perDelivery = (wanted?: Target): Figure => ({
  key: "cpuPerDelivery",
  label: "CPU per delivery",
  unit: "µs",
  digits: 2,
  ...target(wanted),
});

export const p50 = (wanted?: Target): Figure => milliseconds("p50", "latency p50", wanted);
export const p95 = (wanted?: Target): Figure => milliseconds("p95", "latency p95", wanted);
export const p99 = (wanted?: Target): Figure => milliseconds("p99", "latency p99", wanted);

export const resident = (): Figure => ({
  key: "residentMiB",
  label: "resident memory",
  unit: "MiB",
  digits: 0,
});

/** Of people who write, beside what they cost. @param wanted of the 99th percentile */
export const typingFigures = (wanted?: Target): readonly Figure[] => [
  p50(),
  p99(wanted),
  resident(),
];

function milliseconds(key: string, label: string, wanted?: Target): Figure {
  return { key, label, unit: "ms", digits: 1, ...target(wanted) };
}

const SEEN_WITHIN_MS = 100;

/** Of people who move their cursors. @param wanted of the CPU for each move */
export const movingFigures = (wanted: Target): readonly Figure[] => [
  { key: "cpuPerMove", label: "CPU per move", unit: "µs", digits: 0, target: wanted },
  p95({ kind: "absolute", of: "homeroom", atMost: SEEN_WITHIN_MS }),
];
