import type { Contender } from "../contenders/contender.js";
import { type Summary, summarize } from "../measure/statistics.js";
import {
  BEST_PEER,
  type Figure,
  type Outcome,
  type Scenario,
  type Target,
} from "../scenarios/scenario.js";

/** All that one scenario has shown. */
export interface Result {
  readonly scenario: Scenario;
  readonly parameters: object;
  readonly runs: readonly Runs[];
}

/** One contender's part: all repetitions. */
export interface Runs {
  readonly contender: Contender;
  readonly outcomes: readonly Outcome[];
}

/** Why this contender's numbers must not be used: of each repetition, once. */
export function voidsOf({ outcomes }: Runs): readonly string[] {
  return [...new Set(outcomes.flatMap(({ voids }) => voids))];
}

/** Of the repetitions; null where any of them is void. */
export function summaryOf(runs: Runs, figure: Figure): Summary | null {
  if (voidsOf(runs).length > 0) return null;
  const values = runs.outcomes.map(({ figures }) => figures[figure.key] ?? Number.NaN);
  return values.length === 0 || values.some(Number.isNaN) ? null : summarize(values);
}

export interface Verdict {
  readonly target: Target;
  /** What is to be at most `target.atMost`; null where something that it needs is void or missing. */
  readonly measured: number | null;
  readonly reached: boolean | null;
}

export function verdict(result: Result, figure: Figure): Verdict | null {
  const { target } = figure;
  if (target === undefined) return null;
  const measured = compare(result, figure, target);
  return { target, measured, reached: measured === null ? null : measured <= target.atMost };
}

function compare(result: Result, figure: Figure, target: Target): number | null {
  const own = median(result, figure, target.of);
  if (own === null || target.kind === "absolute") return own;
  const other =
    target.to === BEST_PEER ? bestPeer(result, figure) : median(result, figure, target.to);
  if (other === null) return null;
  return target.kind === "ratio" ? own / other : own - other;
}

function median({ runs }: Result, figure: Figure, name: string): number | null {
  const found = runs.find(({ contender }) => contender.name === name);
  return found === undefined ? null : (summaryOf(found, figure)?.median ?? null);
}

function bestPeer({ runs }: Result, figure: Figure): number | null {
  const medians = runs
    .filter(({ contender }) => contender.kind === "peer")
    .flatMap((each) => summaryOf(each, figure)?.median ?? []);
  return medians.length === 0 ? null : Math.min(...medians);
}
