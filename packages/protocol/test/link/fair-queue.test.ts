import fc from "fast-check";
import { expect, it } from "vitest";
import { FairQueue } from "../../src/link/fair-queue.js";

const frameOf = (channel: number, index: number, length: number): Uint8Array => {
  const frame = new Uint8Array(8 + length);
  new DataView(frame.buffer).setUint32(0, channel);
  new DataView(frame.buffer).setUint32(4, index);
  return frame;
};
const channelOf = (frame: Uint8Array): number => new DataView(frame.buffer).getUint32(0);
const indexOf = (frame: Uint8Array): number => new DataView(frame.buffer).getUint32(4);

it("LK3: within a channel the order is kept and nothing is lost, however much is taken at a time", () => {
  const pushes = fc.array(fc.record({ channel: fc.nat(4), length: fc.nat(50), take: fc.nat(80) }), {
    maxLength: 3_000,
  });
  fc.assert(
    fc.property(pushes, fc.integer({ min: 1, max: 100 }), (steps, quantum) => {
      const queue = new FairQueue(quantum);
      const taken: Uint8Array[] = [];
      for (const [index, { channel, length, take }] of steps.entries()) {
        queue.push(channel, frameOf(channel, index, length));
        taken.push(...queue.take(take));
      }
      while (queue.bytes > 0) taken.push(...queue.take(1));
      expect(taken).toHaveLength(steps.length);
      for (let channel = 0; channel <= 4; channel++) {
        const order = taken.filter((frame) => channelOf(frame) === channel).map(indexOf);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(queue.bytesOf(channel)).toBe(0);
      }
    }),
    { numRuns: 50 },
  );
});

it("LK3: a channel with little to say passes one that has much", () => {
  const queue = new FairQueue(100);
  for (let index = 0; index < 10_000; index++) queue.push(1, frameOf(1, index, 42));
  queue.take(200);
  queue.push(2, frameOf(2, 0, 42));
  expect(queue.take(200).some((frame) => channelOf(frame) === 2)).toBe(true);
});

it("LK3: a channel that is dropped leaves the others alone", () => {
  const queue = new FairQueue(100);
  queue.push(1, frameOf(1, 0, 10));
  queue.push(2, frameOf(2, 0, 20));
  queue.drop(1);
  queue.drop(3);
  expect(queue.bytes).toBe(28);
  expect(queue.take(1_000).map(channelOf)).toEqual([2]);
  expect(queue.bytes).toBe(0);
});
