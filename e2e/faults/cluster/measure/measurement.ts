import type { Gaps, Lab } from "@homeroom/testkit";

/** What an item has to find out with, and where it puts what it starts. */
export interface Workplace {
  readonly lab: Lab;
  readonly say: (what: string) => void;
}

/** One line of the table. */
export interface Finding {
  readonly what: string;
  readonly measured: number | string;
  /** What it must be; null where it is told for the record. */
  readonly bound: string | null;
  /** Whether it is so; null where nothing is asked for. */
  readonly holds: boolean | null;
}

/** Something that must be seen to be true of a cluster. */
export interface Measurement {
  readonly name: string;
  readonly about: string;
  readonly run: (workplace: Workplace) => Promise<readonly Finding[]>;
}

/** A number that may not be more than `limit`. */
export function atMost(what: string, value: number | undefined, limit: number): Finding {
  const measured = value === undefined ? "nothing was measured" : Math.round(value * 10) / 10;
  return { what, measured, bound: `≤ ${limit}`, holds: value !== undefined && value <= limit };
}

export function exactly(what: string, measured: number, wanted: number): Finding {
  return { what, measured, bound: `${wanted}`, holds: measured === wanted };
}

export const forTheRecord = (what: string, measured: number | string): Finding => ({
  ...{ what, bound: null, holds: null },
  measured: typeof measured === "number" ? Math.round(measured * 10) / 10 : measured,
});

export const inWords = (gaps: Gaps | null): string => {
  if (gaps === null) return "none";
  const [p50, p99, max] = [gaps.p50, gaps.p99, gaps.max].map((ms) => ms.toFixed(1));
  return `${gaps.count}: p50 ${p50}, p99 ${p99}, max ${max}`;
};
