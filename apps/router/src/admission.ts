import { addressGroup } from "./address.js";

export type Admittance = "free" | "full" | "address-full";

/** Counts what is under way, overall and for each address, against a limit for either. */
export class Admission {
  readonly #limit: number;
  readonly #limitPerAddress: number;
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(limit: number, limitPerAddress: number) {
    this.#limit = limit;
    this.#limitPerAddress = limitPerAddress;
  }

  get total(): number {
    return this.#total;
  }

  check(address: string): Admittance {
    if (this.#total >= this.#limit) return "full";
    const count = this.#counts.get(addressGroup(address)) ?? 0;
    return count < this.#limitPerAddress ? "free" : "address-full";
  }

  /** @returns how to leave; leaving twice does nothing. */
  enter(address: string): () => void {
    const group = addressGroup(address);
    this.#total += 1;
    this.#counts.set(group, (this.#counts.get(group) ?? 0) + 1);
    let entered = true;
    return () => {
      if (entered) this.#leave(group);
      entered = false;
    };
  }

  #leave(group: string): void {
    const count = (this.#counts.get(group) ?? 0) - 1;
    if (count > 0) this.#counts.set(group, count);
    else this.#counts.delete(group);
    this.#total -= 1;
  }
}
