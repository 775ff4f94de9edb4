import { parseTrace } from "@homeroom/trace";
import { describe, expect, it } from "vitest";
import { difference } from "../../src/replay/difference.js";
import { Latencies } from "../../src/replay/latencies.js";
import { schedule } from "../../src/replay/pace.js";

const timed = (...times: (string | undefined)[]) =>
  parseTrace({
    endContent: "",
    txns: times.map((time) => ({ ...(time && { time }), patches: [] })),
  });

describe("CL14: recorded times", () => {
  const trace = timed(
    "1970-01-01T00:00:00Z",
    "2021-01-01T00:00:00.000Z",
    "2021-01-01T00:00:00.500Z",
    undefined,
    "2021-01-01T00:00:00.400Z",
    "2021-01-01T00:00:01.400Z",
  );

  it("are followed, pauses shortened, steps back ignored", () => {
    expect([...(schedule(trace, 1) ?? [])]).toEqual([0, 2000, 2500, 2500, 2500, 3500]);
  });

  it("are scaled by --speed", () => {
    expect([...(schedule(trace, 10) ?? [])]).toEqual([0, 200, 250, 250, 250, 350]);
  });

  it("may be missing", () => {
    expect(schedule(timed(undefined, undefined), 1)).toBeNull();
    const epoch = "1970-01-01T00:00:00Z";
    expect(schedule(timed(epoch, epoch), 1)).toBeNull();
  });
});

describe("CL12: figures", () => {
  it("gives percentiles to three figures", () => {
    const latencies = new Latencies();
    expect(latencies.percentile(50)).toBeNull();
    for (let ms = 1; ms <= 1000; ms++) latencies.record(ms);
    expect(latencies.percentile(50)).toBeCloseTo(500, -1);
    expect(latencies.percentile(99)).toBeCloseTo(990, -1);
    latencies.record(0);
    latencies.record(1e12);
    expect(latencies.count).toBe(1002);
  });

  it("shows where a text departs from the recording", () => {
    expect(difference("same", "same")).toBeNull();
    expect(difference("once upon a tyme", "once upon a time")).toEqual([
      "the server's text differs from the recording at character 13",
      '  recorded (16 characters): "once upon a time"',
      '  server   (16 characters): "once upon a tyme"',
    ]);
    expect(difference("", "x".repeat(2000))?.[0]).toMatch(/at character 0$/);
    expect(difference("ab", "a")?.[1]).toBe('  recorded (1 characters): "a"');
  });
});
