import { expect, it } from "vitest";
import {
  decodeAwareness,
  decodeClientMessage,
  decodeStateVector,
  MalformedError,
  Reader,
  readAddressBytes,
  scanUpdate,
} from "../src/index.js";
import { fromHex, id, single, varUint } from "./support/craft.js";

const MANY = varUint(Number.MAX_SAFE_INTEGER);
const bytes = (...parts: (number | number[])[]): Uint8Array => Uint8Array.from(parts.flat());

/** Of the processor's time, for all the times together. */
const BUDGET_MS = 1_000;
const TIMES = 100;

it.each<[what: string, read: () => unknown]>([
  ["an address of 2^53 bytes", () => readAddressBytes(new Reader(bytes(MANY, 1)))],
  ["an update of 2^53 bytes", () => decodeClientMessage(reader(0, 2, MANY, 0), "y-websocket")],
  ["a token of 2^53 bytes", () => decodeClientMessage(reader(2, 0, MANY, 0), "hocuspocus")],
  ["a state vector of 2^53 clients", () => decodeStateVector(bytes(MANY, id(1, 1)))],
  ["2^53 awareness entries", () => decodeAwareness(bytes(MANY, id(1, 1), 0))],
  ["an awareness state of 2^53 bytes", () => decodeAwareness(bytes(1, id(1, 1), MANY))],
  ["2^53 clients", () => scanUpdate(bytes(MANY, 1, id(1, 0), 0, 1))],
  ["33 million structs", () => scanUpdate(fromHex("01ffffff0f0100"))],
  ["2^53 structs", () => scanUpdate(bytes(1, MANY, id(1, 0), 0, 1, 0))],
  ["2^53 deleting clients", () => scanUpdate(bytes(0, MANY, 1, 1, 0, 1))],
  ["2^53 ranges", () => scanUpdate(bytes(0, 1, 1, MANY, 0, 1))],
  ["2^53 JSON values", () => scanUpdate(single(2, ...MANY, 1, 0x31))],
  ["2^53 values", () => scanUpdate(single(8, ...MANY, 126))],
  ["an array of 2^53 values", () => scanUpdate(single(8, 1, 117, ...MANY, 126))],
  ["an object of 2^53 keys", () => scanUpdate(single(8, 1, 118, ...MANY, 0, 126))],
  ["2^53 bytes of content", () => scanUpdate(single(3, ...MANY, 0))],
  ["text of 2^53 bytes", () => scanUpdate(single(4, ...MANY, 0x61))],
])("P2: a promise of %s costs nothing", (_, read) => {
  const started = process.cpuUsage();
  for (let i = 0; i < TIMES; i++) expect(read).toThrow(MalformedError);
  expect(process.cpuUsage(started).user / 1_000).toBeLessThan(BUDGET_MS);
});

function reader(...parts: (number | number[])[]): Reader {
  return new Reader(bytes(...parts));
}
