import { expect, test } from "vitest";
import { decodeRecord, encodeRecord, parseCursor } from "../src/record.js";
import type { StreamEntry } from "../src/scripts.js";

const entry = (id: string, fields: readonly (string | number | Buffer)[]): StreamEntry => [
  Buffer.from(id),
  fields.map((field) => (Buffer.isBuffer(field) ? field : Buffer.from(`${field}`))),
];

const updates = [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array(70_000).fill(7)];

test("a record comes back as it was", () => {
  for (const expected of [undefined, 12]) {
    const fields = encodeRecord({ updates, at: 1_000, expected });
    const record = decodeRecord(entry("1700000000000-3", fields));
    expect(record?.cursor).toEqual({ epoch: 1_700_000_000_000, seq: 3 });
    expect(record?.updates.map((update) => Buffer.from(update).toString("hex"))).toEqual(
      updates.map((update) => Buffer.from(update).toString("hex")),
    );
  }
});

test("the mark of a claim is no record", () => {
  expect(decodeRecord(entry("5-0", ["claim", "ada"]))).toBeNull();
});

test("a record that was cut is damage, not an empty one", () => {
  const fields = encodeRecord({ updates, at: 1_000, expected: undefined });
  const cut = fields.map((field) => (Buffer.isBuffer(field) ? field.subarray(0, 10) : field));
  expect(() => decodeRecord(entry("5-1", cut))).toThrow("record 5-1");
  expect(() => decodeRecord(entry("5-1", ["t", 1]))).toThrow("record 5-1");
});

test("a cursor is two numbers", () => {
  expect(parseCursor("5-1")).toEqual({ epoch: 5, seq: 1 });
  expect(() => parseCursor("nonsense")).toThrow("not of Homeroom's making");
});
