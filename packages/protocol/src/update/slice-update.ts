import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeUint8,
  writeUint8Array,
  writeVarUint,
} from "lib0/encoding";
import { scanUpdate } from "./scan-update.js";

/** Consecutive structs of one client, to become a slice of their own. */
interface Run {
  readonly client: number;
  readonly clock: number;
  readonly start: number;
  end: number;
  structs: number;
}

/**
 * Cuts a large update into several that together say the same, so that a client gets a frame now
 * and then while a large state is under way: runs of structs of about `maxBytes`, and last the
 * delete set. Yjs holds back what refers to a later slice. A single struct is never cut.
 */
export function sliceUpdate(update: Uint8Array, maxBytes: number): readonly Uint8Array[] {
  if (update.length <= maxBytes) return [update];
  const runs: Run[] = [];
  const { deleteSetOffset } = scanUpdate(update, (client, clock, start, end) => {
    const run = runs[runs.length - 1];
    if (run?.client === client && end - run.start <= maxBytes) {
      run.end = end;
      run.structs++;
    } else {
      runs.push({ client, clock, start, end, structs: 1 });
    }
  });
  const slices = runs.map((run) => {
    const encoder = createEncoder();
    writeSectionHeader(encoder, run);
    writeUint8Array(encoder, update.subarray(run.start, run.end));
    writeUint8(encoder, 0); // no deletes
    return toUint8Array(encoder);
  });
  return [...slices, deletesOnly(update, deleteSetOffset)];
}

function writeSectionHeader(encoder: Encoder, run: Run): void {
  writeVarUint(encoder, 1); // one client
  writeVarUint(encoder, run.structs);
  writeVarUint(encoder, run.client);
  writeVarUint(encoder, run.clock);
}

/** The deletes of an update as an update without structs. */
export function deletesOnly(update: Uint8Array, deleteSetOffset: number): Uint8Array {
  const result = new Uint8Array(1 + update.length - deleteSetOffset);
  result.set(update.subarray(deleteSetOffset), 1);
  return result;
}
