import type { FaultProxy } from "../fault/proxy.js";
import type { Member } from "./member.js";

/**
 * Where clients connect to: a router, or another one while that one is not there, as behind a
 * load balancer.
 */
export class Door {
  /** `ws://127.0.0.1:<port>` */
  readonly wsUrl: string;
  readonly #proxy: FaultProxy | null;
  readonly #router: Member;
  #leadsTo: Member;
  #excused = 0;

  /** @param proxy Null: clients connect to the router itself, which then must not end. */
  constructor(router: Member, proxy: FaultProxy | null) {
    this.#router = router;
    this.#leadsTo = router;
    this.#proxy = proxy;
    this.wsUrl = `ws://127.0.0.1:${proxy?.port ?? router.port}`;
  }

  /** Connections through this door to routers that were made to end: those may close. */
  get excused(): number {
    return this.#excused;
  }

  /** Cuts every connection through this door. */
  reset(): void {
    this.#proxy?.reset();
  }

  /** A router is about to end; `others` are there. */
  async leave(router: Member, others: readonly Member[]): Promise<void> {
    this.#excused += this.#proxy?.connectionsTo(router.port) ?? 0;
    if (this.#leadsTo !== router) return;
    const next = others[0];
    if (next === undefined) return await this.#proxy?.refuse();
    this.#leadTo(next);
  }

  /** A router serves (again). */
  async welcome(router: Member): Promise<void> {
    if (router === this.#router || !this.#leadsTo.running) this.#leadTo(router);
    await this.#proxy?.accept();
  }

  #leadTo(router: Member): void {
    this.#leadsTo = router;
    this.#proxy?.redirect(router.port);
  }
}
