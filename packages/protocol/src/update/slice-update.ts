import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from "lib0/encoding";
import { Reader } from "../reader.js";
import { causalRuns } from "./causal-runs.js";
import { scanUpdate, type UpdateScan } from "./scan-update.js";
import { StructRuns } from "./struct-runs.js";

/**
 * Cuts a large update into several that together say the same, for one who applies a part at a time
 * and tidies up nothing in between. Each builds only on those before it: Yjs would keep what comes
 * too early, and encode it anew with every slice. First structs, about `maxBytes` of them (a single
 * struct is never cut), then deletes; the last slice may be empty.
 */
export const sliceUpdate = (update: Uint8Array, maxBytes: number): readonly Uint8Array[] =>
  [...slicing(update, maxBytes)].filter((slice) => slice !== null);

/** Bytes between two places where the cutting may be left: a millisecond or two. */
const STEP_BYTES = 64 * 1024;

/**
 * `sliceUpdate`, one slice at a time, and null where there is none yet and the work may be left.
 * @param scan where it is known already
 */
export function* slicing(
  update: Uint8Array,
  maxBytes: number,
  scan?: UpdateScan,
): Generator<Uint8Array | null, void, void> {
  if (update.length <= maxBytes) {
    yield update;
    return;
  }
  const { sections, deleteSetOffset } = scan ?? scanUpdate(update);
  const stepBytes = Math.min(STEP_BYTES, maxBytes);
  const slice = new StructRuns(update);
  for (const runs of causalRuns(update, sections, stepBytes)) {
    const added = runs.reduce((sum, { start, end }) => sum + end - start, 0);
    if (slice.bytes > 0 && slice.bytes + added > maxBytes) yield slice.take();
    else if (slice.bytes > 0) yield null;
    for (const run of runs) slice.add(run);
  }
  if (slice.bytes > 0) yield slice.take();
  for (const runs of deleteRuns(update, deleteSetOffset, maxBytes)) {
    const encoder = createEncoder();
    writeVarUint(encoder, 0); // no structs
    writeVarUint(encoder, runs.length);
    for (const { client, ranges, start, end } of runs) {
      writeVarUint(encoder, client);
      writeVarUint(encoder, ranges);
      writeUint8Array(encoder, update.subarray(start, end));
    }
    yield toUint8Array(encoder);
  }
}

/** Consecutive ranges of one client. */
interface DeleteRun {
  readonly client: number;
  readonly start: number;
  end: number;
  ranges: number;
}

/** Cuts a delete set; the last part may be empty, and there is always one. */
function* deleteRuns(
  update: Uint8Array,
  offset: number,
  maxBytes: number,
): Generator<DeleteRun[], void, void> {
  const reader = new Reader(update);
  reader.position = offset;
  let part: DeleteRun[] = [];
  let bytes = 0;
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const client = reader.varUint();
    let run: DeleteRun | null = null;
    for (let ranges = reader.varUint(); ranges > 0; ranges--) {
      const start = reader.position;
      reader.varUint();
      reader.varUint();
      const size = reader.position - start;
      if (bytes > 0 && bytes + size > maxBytes) {
        yield part;
        part = [];
        run = null;
        bytes = 0;
      }
      bytes += size;
      if (!run) {
        run = { client, start, end: start, ranges: 0 };
        part.push(run);
      }
      run.end = reader.position;
      run.ranges++;
    }
  }
  yield part;
}

/** The deletes of an update as an update without structs. */
export function deletesOnly(update: Uint8Array, deleteSetOffset: number): Uint8Array {
  const result = new Uint8Array(1 + update.length - deleteSetOffset);
  result.set(update.subarray(deleteSetOffset), 1);
  return result;
}
