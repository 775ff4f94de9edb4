import type { DialectName } from "../load/dialect.js";

/** A server that takes part in the comparison. */
export interface Contender {
  readonly name: string;
  /** `floor` keeps no document, and is compared with nobody. */
  readonly kind: "homeroom" | "peer" | "floor";
  readonly dialect: DialectName;
  /** @param options.keep Data that an earlier process of this contender left behind. */
  start(options: StartOptions): Promise<Served>;
}

export interface StartOptions {
  /** A directory of this run alone. */
  readonly directory: string;
  /** Further arguments of `node`, for a profile. */
  readonly nodeArguments: readonly string[];
}

/** A contender that runs. */
export interface Served {
  /** Where clients connect: the first is everybody's, others where there are several. */
  readonly urls: readonly string[];
  /** Whose CPU and memory count. */
  readonly pids: readonly number[];
  /** `redis://127.0.0.1:port` where there is one. */
  readonly redis: string | null;
  stop(): Promise<void>;
}
