import {
  type AwarenessEntry,
  decodeAwareness,
  encodeAwareness,
  NULL_STATE,
} from "@homeroom/protocol";
import { expect, it } from "vitest";
import { Presences } from "../../src/routes/presences.js";

const entry = (client: number, clock: number, name: string | null): AwarenessEntry => ({
  client,
  clock,
  state: name === null ? NULL_STATE : new TextEncoder().encode(JSON.stringify({ name })),
});
const update = (...entries: readonly AwarenessEntry[]): Uint8Array => encodeAwareness(entries);
const read = (bytes: Uint8Array | null): unknown => (bytes ? decodeAwareness(bytes) : null);

it("RT15: echoes do not cross the link, news do", () => {
  const presences = new Presences();
  const mine = update(entry(1, 5, "Ada"));
  expect(presences.said(10, mine)).toBe(mine);
  expect(presences.said(10, mine)).toBeNull();
  presences.heard(update(entry(2, 3, "Bob")));
  expect(presences.said(10, update(entry(2, 3, "Bob")))).toBeNull();
  const both = update(entry(2, 3, "Bob"), entry(1, 6, "Ada!"));
  expect(read(presences.said(10, both))).toEqual([entry(1, 6, "Ada!")]);
  // Perhaps the same client on another connection: that is for the home to judge.
  const again = update(entry(2, 4, "Bob"));
  expect(presences.said(11, again)).toBe(again);
});

it("RT15: what a session said is told to the next home, until it leaves or takes it back", () => {
  const presences = new Presences();
  presences.said(10, update(entry(1, 5, "Ada"), entry(7, 1, "Ada's other tab")));
  presences.heard(update(entry(2, 3, "Bob"), entry(1, 5, "Ada")));
  expect(read(presences.of(10))).toEqual([entry(1, 5, "Ada"), entry(7, 1, "Ada's other tab")]);
  presences.said(10, update(entry(7, 2, null)));
  expect(read(presences.of(10))).toEqual([entry(1, 5, "Ada")]);
  expect(presences.of(11)).toBeNull();
  expect(read(presences.leave(10))).toEqual([entry(1, 5, null)]);
  expect(presences.of(10)).toBeNull();
});

it("RT15: a client that the home called gone may come back with any clock", () => {
  const presences = new Presences();
  presences.heard(update(entry(2, 3, "Bob")));
  presences.heard(update(entry(2, 3, null)));
  const back = update(entry(2, 1, "Bob"));
  expect(presences.said(10, back)).toBe(back);
});

it("RT15: what another home knew of others is forgotten", () => {
  const presences = new Presences();
  presences.said(10, update(entry(1, 5, "Ada")));
  presences.heard(update(entry(2, 3, "Bob")));
  presences.forgetOthers();
  const echo = update(entry(2, 3, "Bob"), entry(1, 5, "Ada"));
  expect(read(presences.said(10, echo))).toEqual([entry(2, 3, "Bob")]);
});
