import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseTrace, readTrace, TraceError } from "@homeroom/trace";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const sequential = {
  startContent: "",
  endContent: "hi",
  txns: [{ time: "2021-04-19T06:06:58.219Z", patches: [[0, 0, "h"]] }, { patches: [[1, 0, "i"]] }],
};

const concurrent = {
  kind: "concurrent",
  endContent: "ab",
  numAgents: 2,
  txns: [
    { parents: [], agent: 0, patches: [[0, 0, "a"]] },
    { parents: [0], agent: 1, patches: [[1, 0, "b"]] },
  ],
};

function refusal(json: unknown): string {
  try {
    parseTrace(json);
  } catch (error) {
    if (error instanceof TraceError && error.code === "MALFORMED") return error.message;
    throw error;
  }
  throw new Error("accepted");
}

describe("TR1: both formats", () => {
  it("reads a sequential session as a line of transactions", () => {
    expect(parseTrace(sequential)).toEqual({
      endContent: "hi",
      agents: 1,
      txns: [
        { agent: 0, parents: [], time: 1618812418219, patches: [[0, 0, "h"]] },
        { agent: 0, parents: [0], time: null, patches: [[1, 0, "i"]] },
      ],
    });
  });

  it("reads a concurrent session", () => {
    expect(parseTrace(concurrent)).toEqual({
      endContent: "ab",
      agents: 2,
      txns: [
        { agent: 0, parents: [], time: null, patches: [[0, 0, "a"]] },
        { agent: 1, parents: [0], time: null, patches: [[1, 0, "b"]] },
      ],
    });
  });

  it("makes what a session started with its first insertion", () => {
    const txns = [{ patches: [[2, 0, "!"]] }, { patches: [[3, 0, "!"]] }];
    const trace = parseTrace({ startContent: "hi", endContent: "hi!!", txns });
    expect(trace.txns.map(({ parents }) => parents)).toEqual([[], [0], [1]]);
    expect(trace.txns[0]?.patches).toEqual([[0, 0, "hi"]]);
  });
});

describe("TR2: what is not a session", () => {
  it.each([
    [null, "the file must be an object"],
    [[], "the file must be an object"],
    [{ endContent: "" }, "txns must be an array"],
    [{ ...sequential, endContent: 1 }, "endContent must be a string"],
    [{ ...sequential, txns: [{}] }, "txns[0].patches must be an array"],
    [{ ...sequential, txns: [{ patches: [[0, 0]] }] }, "txns[0].patches[0][2] must be a string"],
    [
      { ...sequential, txns: [{ patches: [[-1, 0, ""]] }] },
      "txns[0].patches[0][0] must be a whole",
    ],
    [
      { ...sequential, txns: [{ patches: [[0, 0.5, ""]] }] },
      "txns[0].patches[0][1] must be a whole",
    ],
    [{ ...sequential, txns: [{ time: "noon", patches: [] }] }, "txns[0].time must be a date"],
    [{ ...concurrent, numAgents: 0 }, "numAgents must be a whole number from 1 to 1000"],
    [{ ...concurrent, numAgents: 1 }, "txns[1].agent must be a whole number from 0 to 0"],
    [
      { ...concurrent, txns: [{ parents: [0], agent: 0, patches: [] }] },
      "txns[0].parents[0] must be a whole number from 0 to -1",
    ],
  ])("refuses %j", (json, message) => {
    expect(refusal(json)).toContain(message);
  });
});

describe("TR2: files", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trace-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it("reads JSON, gzipped or not", async () => {
    const json = JSON.stringify(sequential);
    expect(await readTrace(await file("a.json", json))).toEqual(parseTrace(sequential));
    expect(await readTrace(await file("a.json.gz", gzipSync(json)))).toEqual(
      parseTrace(sequential),
    );
  });

  it.each([
    ["text.json", "once upon a time", "MALFORMED", /text\.json holds no JSON/],
    ["other.json", "{}", "MALFORMED", /other\.json: not a recorded session: txns must be/],
    ["cut.gz", gzipSync("{}").subarray(0, 12), "MALFORMED", /cut\.gz is damaged/],
    ["large.json", " ".repeat(2000), "TOO_LARGE", /large\.json holds more than 1000 bytes/],
    ["bomb.gz", gzipSync(" ".repeat(2000)), "TOO_LARGE", /bomb\.gz holds more than 1000 bytes/],
  ])("refuses %s", async (name, content, code, message) => {
    const reading = readTrace(await file(name, content), 1000);
    await expect(reading).rejects.toThrow(expect.objectContaining({ code }));
    await expect(reading).rejects.toThrow(message);
  });

  it("says what cannot be read", async () => {
    await expect(readTrace(join(folder, "absent"))).rejects.toThrow(
      expect.objectContaining({ code: "UNREADABLE", message: expect.stringContaining("ENOENT") }),
    );
  });
});
