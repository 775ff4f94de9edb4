import type { MemberKind } from "./member.js";

export interface ClusterOptions {
  readonly coordinators: number;
  readonly routers: number;
  /** Lease of a coordinator in milliseconds; 1,000 unless said otherwise. */
  readonly ttlMs?: number;
  /** `--on-lease-loss`; `continue` unless said otherwise. */
  readonly policy?: "continue" | "freeze";
  readonly redis?: {
    /** Has a replica that can be promoted; no unless said otherwise. */
    readonly replica?: boolean;
    /** Keeps what it has through a kill -9; yes unless said otherwise. */
    readonly aof?: boolean;
  };
  /**
   * Puts a proxy in front of each coordinator, each router and, for each member its own, Redis, and
   * watches what Redis is told; yes unless said otherwise. Without, what is measured is the
   * members' alone.
   */
  readonly proxies?: boolean;
  /** Flags beside those that the cluster sets. */
  readonly args?: Readonly<Partial<Record<MemberKind, readonly string[]>>>;
  /** Told what is done: `Timeline.say`. */
  readonly say: (what: string) => void;
}
