import { scanUpdate, type UpdateScan, type UpdateSection } from "./scan-update.js";
import { StructReader, skipStruct } from "./struct.js";
import { type StructRun, StructRuns } from "./struct-runs.js";

/** With each slice Yjs encodes all that it holds anew: about 10 ms a megabyte. */
const MAX_SLICES = 16;
/** Bytes between two places where the cutting may be left: a millisecond or two. */
const STEP_BYTES = 64 * 1024;

/**
 * Cuts a large update into several for somebody who has nothing of it. Yjs holds them until the last
 * has come, and then applies them in one transaction: after each of several it would tidy up, and
 * delete marks of rich text that look redundant for want of the rest.
 *
 * The last one holds the first struct of each client, without which Yjs takes none of the others, and
 * all deletes: it may be large. The others have about `maxBytes`, or more where there would be over
 * `MAX_SLICES` of them. No struct is cut.
 * @returns one slice at a time, and null where there is none yet and the work may be left
 * @param scan where it is known already
 */
export function* heldSlices(
  update: Uint8Array,
  maxBytes: number,
  scan?: UpdateScan,
): Generator<Uint8Array | null, void, void> {
  if (update.length <= maxBytes) {
    yield update;
    return;
  }
  const { sections, deleteSetOffset } = scan ?? scanUpdate(update);
  const sliceBytes = Math.max(maxBytes, Math.ceil(update.length / MAX_SLICES));
  const stepBytes = Math.min(STEP_BYTES, Math.ceil(sliceBytes / 8));
  const last = new StructRuns(update);
  const slice = new StructRuns(update);
  for (const section of sections) {
    const runs = runsOf(update, section, stepBytes);
    const first = runs.next();
    if (!first.done) last.add(first.value);
    for (const run of runs) {
      slice.add(run);
      yield slice.bytes < sliceBytes ? null : slice.take();
    }
  }
  if (slice.bytes > 0) yield slice.take();
  yield last.take(update.subarray(deleteSetOffset));
}

/** The first struct of a client, and then the others: in runs of `runBytes`, or a struct more. */
function* runsOf(
  update: Uint8Array,
  { client, clock: from, structs: total, offset }: UpdateSection,
  runBytes: number,
): Generator<StructRun, void, void> {
  const reader = new StructReader(update);
  reader.position = offset;
  let clock = from;
  let run = { clock, structs: 0, start: offset };
  for (let nth = 1; nth <= total; nth++) {
    clock += skipStruct(reader, client, clock);
    run.structs++;
    const end = reader.position;
    if (nth > 1 && nth < total && end - run.start < runBytes) continue;
    yield { client, ...run, end };
    run = { clock, structs: 0, start: end };
  }
}
