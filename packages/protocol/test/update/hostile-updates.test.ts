import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { MalformedError, scanUpdate } from "../../src/index.js";
import { joined, sessions } from "../support/editing.js";
import { mutate, mutation } from "../support/mutations.js";
import { seeded } from "../support/seeded.js";
import { senselessUpdates } from "../support/senseless.js";

/** How many mutated updates; more with the environment. */
const MUTATIONS = Number(process.env.HOMEROOM_MUTATIONS ?? 20_000);
/** Of the processor's time: far more than any update of these sizes takes, far less than a hang. */
const BUDGET_MS = 1_000;

/** Yjs says so where an update names the client id of the document that it is applied to. */
const log = vi.spyOn(console, "log");
beforeEach(() => {
  log.mockImplementation(() => undefined);
});
afterEach(() => {
  log.mockReset();
});

const passes = (update: Uint8Array): boolean => {
  try {
    scanUpdate(update);
    return true;
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
};

/** Decodes an update with Yjs. @returns how many bytes it left over */
function leftOver(update: Uint8Array): number {
  let rest = (): number => Number.NaN;
  class Observed extends Y.UpdateDecoderV1 {
    constructor(decoder: ConstructorParameters<typeof Y.UpdateDecoderV1>[0]) {
      super(decoder);
      rest = () => decoder.arr.length - decoder.pos;
    }
  }
  Y.decodeUpdateV2(update, Observed);
  return rest();
}

/**
 * Applies an update as a room does: somebody listens, so Yjs encodes what came of it. Where that
 * works, the document must be one that others can join.
 * @returns whether it applied
 */
function tryOn(base: Uint8Array | null, update: Uint8Array): boolean {
  const doc = new Y.Doc();
  if (base) Y.applyUpdate(doc, base);
  doc.on("update", () => undefined);
  const started = process.cpuUsage();
  const applied = applies(doc, update);
  expect(process.cpuUsage(started).user / 1_000).toBeLessThan(BUDGET_MS);
  if (!applied) return false;
  doc.store.pendingStructs = null;
  doc.store.pendingDs = null;
  const state = Y.encodeStateAsUpdate(doc);
  scanUpdate(state);
  const joining = new Y.Doc();
  Y.applyUpdate(joining, state);
  expect(joining.store.pendingStructs).toBeNull();
  expect(joining.store.pendingDs).toBeNull();
  expect(Y.encodeStateVector(joining)).toEqual(Y.encodeStateVector(doc));
  return true;
}

function applies(doc: Y.Doc, update: Uint8Array): boolean {
  try {
    Y.applyUpdate(doc, update);
    return true;
  } catch {
    return false;
  }
}

/** Real updates with the state that they were made on. */
function corpus(seed: number): { update: Uint8Array; base: Uint8Array }[] {
  return fc.sample(sessions(14), { seed, numRuns: 20 }).flatMap((session) => {
    const base = Y.encodeStateAsUpdate(joined(session));
    const merged = Y.mergeUpdates(session.updates.filter((_, i) => i % 3 > 0));
    return [...session.updates, merged, base].map((update) => ({ update, base }));
  });
}

it("U2: whatever passes the check of randomly mutated updates decodes to the last byte, and applies or throws", () => {
  const seed = seeded("U2 mutations");
  const real = corpus(seed);
  const some = fc.nat(real.length - 1);
  let passed = 0;
  let applied = 0;
  fc.assert(
    fc.property(some, some, fc.array(mutation, { minLength: 1, maxLength: 4 }), (one, two, how) => {
      const { update: original, base } = real[one] as (typeof real)[number];
      const update = mutate(original, how, real[two]?.update ?? original);
      if (!passes(update)) return;
      passed++;
      expect(leftOver(update)).toBe(0);
      if (tryOn(null, update) && tryOn(base, update)) applied++;
    }),
    { seed, numRuns: MUTATIONS },
  );
  const of = `${passed} of ${MUTATIONS} mutated updates passed, ${applied} of them applied`;
  process.stdout.write(`U2: ${of}\n`);
  expect(passed).toBeGreaterThan(MUTATIONS / 50);
}, 120_000);

it("U2: so does whatever keeps to the format and makes no sense", () => {
  const seed = seeded("U2 senseless updates");
  const bases = corpus(seed).map(({ base }) => base);
  fc.assert(
    fc.property(senselessUpdates, fc.nat(bases.length - 1), (update, which) => {
      scanUpdate(update);
      expect(leftOver(update)).toBe(0);
      tryOn(null, update);
      tryOn(bases[which] ?? null, update);
    }),
    { seed, numRuns: Math.ceil(MUTATIONS / 40) },
  );
}, 120_000);
