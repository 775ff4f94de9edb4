import {
  advance,
  EMPTY_UPDATE,
  finish,
  heldSlices,
  type StateVector,
  type Steps,
  scanning,
  type UpdateScan,
} from "@homeroom/protocol";
import { type Sliced, Slices } from "./slices.js";

/** The whole document as one update, and what can be told of it without decoding it again. */
export interface Base {
  readonly update: Uint8Array;
  readonly stateVector: StateVector;
  readonly scan: UpdateScan;
  /** The update cut for the wire, for as long as somebody is sent it. */
  slices: WeakRef<Slices> | null;
}

/** @throws MalformedError */
export function* readingBase(update: Uint8Array): Steps<Base> {
  const scan = yield* scanning(update);
  const stateVector = new Map<number, number>();
  advance(stateVector, scan);
  return { update, stateVector, scan, slices: null };
}

export const EMPTY_BASE: Base = finish(readingBase(EMPTY_UPDATE));

/** The base cut for the wire; itself where it is small. */
export function slicesOf(base: Base, sliceBytes: number): Iterable<Sliced> {
  if (base.update.length <= sliceBytes) return [base.update];
  const known = base.slices?.deref();
  if (known) return known;
  const slices = new Slices(heldSlices(base.update, sliceBytes, base.scan));
  base.slices = new WeakRef(slices);
  return slices;
}
