import {
  type Announcement,
  acceptsEdits,
  ClaimGate,
  Claims,
  type Directory,
  LeaseKeeper,
  type LeaseLossPolicy,
  type LeaseState,
  NodeList,
} from "@homeroom/cluster";
import type { RoomName } from "@homeroom/protocol";
import type { Clock, Logger } from "@homeroom/room";

export interface MembershipOptions {
  readonly directory: Directory;
  readonly node: string;
  /** Names this process, as no other is named. */
  readonly process: string;
  readonly ttlMs: number;
  readonly policy: LeaseLossPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly announce: () => Announcement;
  /** The directory may lack some of this node's claims; `emptied`: and the store some records. */
  readonly onDoubt: (emptied: boolean) => void;
  /** Whether rooms take edits has perhaps changed. */
  readonly onChange: () => void;
}

/** This node's place in the cluster: its lease, the claims made under it, and the other nodes. */
export class Membership {
  readonly nodes: NodeList;
  readonly claims: Claims;
  /** Resolves where another process has taken this node's name: this one has to end. */
  readonly superseded: Promise<Error>;
  readonly #options: MembershipOptions;
  readonly #keeper: LeaseKeeper;
  readonly #gate: ClaimGate;
  #supersede: (reason: Error) => void = () => {};

  constructor(options: MembershipOptions) {
    const { directory, node, process, ttlMs, clock, random, logger, announce, onDoubt } = options;
    this.#options = options;
    this.nodes = new NodeList(directory, clock, ttlMs / 4);
    this.superseded = new Promise((resolve) => {
      this.#supersede = resolve;
    });
    this.#gate = new ClaimGate(ttlMs, clock, () => {
      logger.warn({ waitMs: ttlMs }, "the directory's primary has changed: claims wait");
      onDoubt(true);
    });
    this.#keeper = new LeaseKeeper({
      ...{ directory, node, process, ttlMs, clock, random, logger, announce },
      onChange: (state, before) => this.#leaseChanged(state, before),
      onPrimary: (primary) => this.#gate.observe(primary),
    });
    this.claims = new Claims({
      ...{ directory, nodes: this.nodes, gate: this.#gate, logger },
      self: () => this.#keeper.self,
    });
  }

  /** Registers, and goes on trying while the directory is away. */
  join(): void {
    this.#keeper.start();
  }

  get lease(): LeaseState["name"] {
    return this.#keeper.state.name;
  }

  /** Of the present life of this node, null while its lease is not held. */
  get incarnation(): number | null {
    return this.#keeper.self?.incarnation ?? null;
  }

  /** How long claims have to wait. Milliseconds. */
  get claimsWaitMs(): number {
    return this.#gate.waitMs;
  }

  /** Whether a room takes edits, by what this node knows of its lease. */
  takesEdits(room: RoomName): boolean {
    const { policy } = this.#options;
    return policy === "freeze"
      ? this.claims.certain(room)
      : acceptsEdits(this.#keeper.state, policy);
  }

  /** Another server than the one that keeps the leases has been replaced. */
  primaryChanged(): void {
    this.#gate.primaryChanged();
  }

  /** Lets the others know at once what this node announces now. */
  announceNow(): void {
    this.#keeper.renewNow();
  }

  /** Ends the lease, so that others need not wait for it to run out. */
  async leave(): Promise<void> {
    await this.#keeper.close();
  }

  #leaseChanged(state: LeaseState, before: LeaseState): void {
    const { logger, onDoubt, onChange } = this.#options;
    logger.info({ lease: state.name, before: before.name }, "lease changed");
    if (state.name === "superseded") {
      const by = `another process has registered as this node (incarnation ${state.by})`;
      this.#supersede(new Error(`${by}; each needs its own --node-id`));
    }
    // A new incarnation: whoever met the old one dead may have claimed its rooms.
    if (state.name === "held" && before.name === "registering") onDoubt(false);
    onChange();
  }
}
