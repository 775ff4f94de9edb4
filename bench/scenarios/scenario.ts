import type { Served } from "../contenders/contender.js";
import type { DialectName } from "../load/dialect.js";
import type { Costs } from "../measure/window.js";

/** One row of the comparison: a load, and what is read off it. */
export interface Scenario<P extends object = object> {
  readonly name: string;
  readonly title: string;
  readonly parameters: P;
  /** What a run of some seconds has instead, to see that everything works. */
  readonly short: Partial<P>;
  readonly contenders: readonly string[];
  readonly repetitions: number;
  /** Not part of the table: run by name only. */
  readonly beyond?: true;
  readonly figures: readonly Figure[];
  /** Runs in the process of the load. */
  drive(stage: Stage, parameters: P): Promise<Outcome>;
}

/** A number that an outcome has, and how it is shown. */
export interface Figure {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly digits: number;
  readonly target?: Target;
  /** Where each outcome has a series of these instead of one number: what they are plotted against. */
  readonly against?: string;
}

/** What has to be reached, in medians of one run. Lower is better throughout. */
export type Target =
  | { readonly kind: "ratio"; readonly of: string; readonly to: string; readonly atMost: number }
  | { readonly kind: "above"; readonly of: string; readonly to: string; readonly atMost: number }
  | { readonly kind: "absolute"; readonly of: string; readonly atMost: number };

/** The peer with the lowest median. */
export const BEST_PEER = "best peer";

export const toBestPeer = (atMost: number): Target => ({
  kind: "ratio",
  of: "homeroom",
  to: BEST_PEER,
  atMost,
});

export const everybody: readonly string[] = [
  "relay",
  "y-websocket-server",
  "hocuspocus",
  "homeroom",
];

/** The contender that a load is made for. */
export interface Stage {
  readonly dialect: DialectName;
  /** Whether it says what is durable, and so has to say it of every edit. */
  readonly acknowledges: boolean;
  readonly served: Pick<Served, "urls" | "pids" | "redis">;
  /** Stops the contender and starts it again with the data that it left. */
  restart(): Promise<void>;
  say(progress: string): void;
}

/** What one load has shown. */
export interface Outcome {
  readonly figures: Readonly<Record<string, number>>;
  /** Points of a curve by figure: what it is plotted against, and the figure. */
  readonly curves?: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  /** Why the outcome must not be used; empty where all is well. */
  readonly voids: readonly string[];
  readonly load: Costs["load"] | null;
}

/** Beyond either, the load may have been slower than the server. */
const MOST_LOAD_CPU = 0.92;
const MOST_LOAD_LAG_MS = 150;

export function loadVoids({ cpuShare, lagP99Ms }: Costs["load"]): string[] {
  const voids: string[] = [];
  if (cpuShare > MOST_LOAD_CPU) {
    voids.push(`the load took ${Math.round(cpuShare * 100)} % of a core`);
  }
  if (lagP99Ms > MOST_LOAD_LAG_MS) voids.push(`the load was ${Math.round(lagP99Ms)} ms late`);
  return voids;
}
