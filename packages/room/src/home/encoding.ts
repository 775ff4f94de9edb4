import { type DeleteSet, normalize, type StateVector, type Steps } from "@homeroom/protocol";
import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from "lib0/encoding";
import * as Y from "yjs";

/** Structs of one client, encoded: of clocks `clock` and later. */
interface EncodedClient {
  readonly client: number;
  readonly clock: number;
  readonly structs: number;
  readonly bytes: Uint8Array;
}

/**
 * What `Y.encodeStateAsUpdate` makes, for a document that goes on being edited meanwhile: at least
 * all that it holds when the work begins. What is deleted while it lasts may be missing from the
 * deletes, and what is added is; whoever keeps the updates since then has all of it.
 *
 * The clocks of each client are passed once, in order. A struct may have been merged, split or
 * garbage-collected since the last step: it is found by its clock, and written from there on.
 * @param stepStructs how many to encode in a step
 * @param since leaves out what was there before, but for these deletes of it
 */
export function* encoding(
  doc: Y.Doc,
  stepStructs: number,
  since: { readonly vector: StateVector; readonly deletes: DeleteSet } = ALL,
): Steps<Uint8Array> {
  const ends = [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => b - a);
  const deletes: DeleteSet = new Map(since.deletes);
  const encoded: EncodedClient[] = [];
  let structs = 0;
  for (const [client, end] of ends) {
    const clock = since.vector.get(client) ?? 0;
    if (clock === end) continue;
    const part = yield* encodingClient(doc, { client, clock, end }, stepStructs, deletes);
    encoded.push(part);
    structs += part.structs;
    if (structs < stepStructs) continue;
    yield;
    structs = 0;
  }
  if (structs > 0) yield;
  const encoder = createEncoder();
  writeVarUint(encoder, encoded.length);
  for (const part of encoded) {
    writeVarUint(encoder, part.structs);
    writeVarUint(encoder, part.client);
    writeVarUint(encoder, part.clock);
    writeUint8Array(encoder, part.bytes);
  }
  yield;
  if (since.deletes.size > 0) normalize(deletes);
  writeVarUint(encoder, deletes.size);
  for (const [client, ranges] of [...deletes].sort(([a], [b]) => b - a)) {
    writeVarUint(encoder, client);
    writeVarUint(encoder, ranges.length);
    for (const [clock, end] of ranges) {
      writeVarUint(encoder, clock);
      writeVarUint(encoder, end - clock);
    }
  }
  yield;
  return toUint8Array(encoder);
}

const ALL = { vector: new Map(), deletes: new Map() };

/** @param deletes added to: what is deleted of the structs */
function* encodingClient(
  doc: Y.Doc,
  { client, clock: start, end }: { client: number; clock: number; end: number },
  stepStructs: number,
  deletes: DeleteSet,
): Steps<EncodedClient> {
  const encoder = new Y.UpdateEncoderV1();
  const deleted = [...(deletes.get(client) ?? [])];
  let count = 0;
  let clock = start;
  while (clock < end) {
    const structs = doc.store.clients.get(client) ?? [];
    const first = Y.findIndexSS(structs, clock);
    for (const struct of structs.slice(first, first + stepStructs)) {
      if (clock >= end) break;
      struct.write(encoder, clock - struct.id.clock);
      const next = struct.id.clock + struct.length;
      const last = deleted.at(-1);
      if (struct.deleted && last?.[1] === clock) deleted[deleted.length - 1] = [last[0], next];
      else if (struct.deleted) deleted.push([clock, next]);
      clock = next;
      count++;
    }
    if (clock < end) yield;
  }
  if (deleted.length > 0) deletes.set(client, deleted);
  return { client, clock: start, structs: count, bytes: toUint8Array(encoder.restEncoder) };
}
