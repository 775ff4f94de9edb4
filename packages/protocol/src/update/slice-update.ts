import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from "lib0/encoding";
import { Reader } from "../reader.js";
import { causalRuns } from "./causal-runs.js";
import { scanUpdate } from "./scan-update.js";

/**
 * Cuts a large update into several that together say the same, so that a client gets a frame now
 * and then while a large state is under way. Each builds only on those before it: Yjs would keep
 * what comes too early, and encode it anew with every slice. First structs, about `maxBytes` of
 * them (a single struct is never cut), then deletes; the last slice may be empty.
 */
export function sliceUpdate(update: Uint8Array, maxBytes: number): readonly Uint8Array[] {
  if (update.length <= maxBytes) return [update];
  const scan = scanUpdate(update);
  const slices: Uint8Array[] = [];
  for (const runs of causalRuns(update, scan.sections, maxBytes)) {
    const encoder = createEncoder();
    writeVarUint(encoder, runs.length);
    for (const { client, clock, structs, start, end } of runs) {
      writeVarUint(encoder, structs);
      writeVarUint(encoder, client);
      writeVarUint(encoder, clock);
      writeUint8Array(encoder, update.subarray(start, end));
    }
    writeVarUint(encoder, 0); // no deletes
    slices.push(toUint8Array(encoder));
  }
  for (const runs of deleteRuns(update, scan.deleteSetOffset, maxBytes)) {
    const encoder = createEncoder();
    writeVarUint(encoder, 0); // no structs
    writeVarUint(encoder, runs.length);
    for (const { client, ranges, start, end } of runs) {
      writeVarUint(encoder, client);
      writeVarUint(encoder, ranges);
      writeUint8Array(encoder, update.subarray(start, end));
    }
    slices.push(toUint8Array(encoder));
  }
  return slices;
}

/** Consecutive ranges of one client. */
interface DeleteRun {
  readonly client: number;
  readonly start: number;
  end: number;
  ranges: number;
}

/** Cuts a delete set; the last part may be empty, and there is always one. */
function deleteRuns(update: Uint8Array, offset: number, maxBytes: number): DeleteRun[][] {
  const reader = new Reader(update);
  reader.position = offset;
  let part: DeleteRun[] = [];
  const parts = [part];
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
        part = [];
        parts.push(part);
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
  return parts;
}

/** The deletes of an update as an update without structs. */
export function deletesOnly(update: Uint8Array, deleteSetOffset: number): Uint8Array {
  const result = new Uint8Array(1 + update.length - deleteSetOffset);
  result.set(update.subarray(deleteSetOffset), 1);
  return result;
}
