import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually, stockYWebsocket } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { startHomeroom, temporary } from "../support/homeroom.js";
import { tell } from "../support/terminal.js";

const txn = (agent: number, parents: number[], ...patches: [number, number, string][]) => ({
  agent,
  parents,
  patches,
});

/** Two authors at once, beyond the basic plane. */
const together = {
  kind: "concurrent",
  endContent: "🎉a𝒳b—c!",
  numAgents: 2,
  txns: [
    txn(0, [], [0, 0, "🎈🎉b!"]),
    txn(1, [0], [3, 0, "c"]),
    txn(0, [0], [0, 1, ""], [1, 0, "𝒳"]),
    txn(1, [1], [3, 0, "—"]),
    txn(0, [2], [1, 0, "a"]),
    txn(0, [3, 4], [6, 1, "?"]),
    txn(1, [5], [6, 1, "!"]),
  ],
};

const letters = Array.from({ length: 700 }, (_, index) => String.fromCharCode(97 + (index % 26)));

/** One author who types letters, and takes back every tenth. */
const alone = {
  startContent: "> ",
  endContent: `> ${letters.filter((_, index) => index % 10 !== 9).join("")}`,
  txns: letters.map((letter, index) => {
    const at = 2 + index - Math.floor(index / 10);
    const patches = [[at, 0, letter], ...(index % 10 === 9 ? [[at, 1, ""]] : [])];
    return { time: new Date(index * 1000).toISOString(), patches };
  }),
};

async function stored(trace: object): Promise<string> {
  const path = join(await temporary(), "trace.json");
  await writeFile(path, JSON.stringify(trace));
  return path;
}

describe("CL10, CL12: replay", () => {
  it("types what two authors typed at once, and finds the text as recorded", async () => {
    const { url } = await startHomeroom();
    const args = ["replay", await stored(together), "--url", url, "--room", "talks/ä b"];
    const { code, out, err } = await tell(args);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toEqual([
      expect.stringMatching(/^7 edits by 2 authors in \d+\.\d s$/),
      expect.stringMatching(
        /^[\d,]+ edits\/s \| acknowledged in [\d.]+ ms \(p50\), [\d.]+ ms \(p99\)$/,
      ),
      "room talks/ä b: the server's text is as recorded (9 characters)",
    ]);
    const { body } = await fetch(
      `${url}/api/v1/rooms/${encodeURIComponent("talks/ä b")}/document?as=text&root=text`,
    ).then(async (answer) => ({ body: await answer.text() }));
    expect(body).toContain(together.endContent);
  });

  it("CL11: deals one author's session to three, in another root", async () => {
    const { url } = await startHomeroom();
    const args = ["replay", await stored(alone), "--url", url, "--writers", "3", "--root", "code"];
    const { code, out, err } = await tell(args);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    // What the session started with is its first edit.
    expect(out[0]).toMatch(/^701 edits by 3 authors in/);
  });

  it("outlives a restart of the server, and still knows what is durable", async () => {
    const first = await startHomeroom();
    const { port } = new URL(first.url);
    const watcher = stockYWebsocket(first.url.replace("http", "ws"), "room");
    onTestFinished(() => watcher.close());
    const seen = () => watcher.doc.getText("text").length;
    // At 500 times the recorded speed the session takes a second and a half.
    const path = await stored(alone);
    const replay = tell(["replay", path, "--url", first.url, "--room", "room", "--speed", "500"]);
    await eventually(() => seen() > 100, { within: 10_000 });
    await first.close();
    expect(seen()).toBeLessThan(alone.endContent.length);
    await startHomeroom({ port, dataDir: first.dataDir });
    const { code, out, err } = await replay;
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out.at(-1)).toContain("the server's text is as recorded");
  });

  it("CL14: says so where the recording has no times", async () => {
    const { url } = await startHomeroom();
    const args = ["replay", await stored(together), "--url", url, "--speed", "1"];
    expect(await tell(args)).toMatchObject({
      code: 0,
      err: ["the recording has no times: typing as fast as it goes (--speed)"],
    });
  });
});

describe("CL1, CL12: what goes wrong", () => {
  it("shows where the text is not as recorded", async () => {
    const { url } = await startHomeroom();
    const path = await stored({ ...together, endContent: "🎉a𝒳b - c!" });
    const { code, out, err } = await tell(["replay", path, "--url", url]);
    expect(code).toBe(1);
    expect(out.join()).not.toContain("as recorded");
    expect(err).toEqual([
      "the server's text differs from the recording at character 6",
      '  recorded (11 characters): "🎉a𝒳b - c!"',
      '  server   (9 characters): "🎉a𝒳b—c!"',
    ]);
  });

  it("CL13: refuses a room whose text is not empty", async () => {
    const { url } = await startHomeroom();
    const args = ["replay", await stored(together), "--url", url, "--room", "taken"];
    expect((await tell(args)).code).toBe(0);
    expect(await tell(args)).toMatchObject({
      code: 1,
      out: [],
      err: ["room taken already holds 9 characters of text: choose another (--room)"],
    });
  });

  it("says that the server refuses, in the server's words", async () => {
    const { url } = await startHomeroom({ authSecret: "0123456789abcdef0123456789abcdef" });
    const { code, err } = await tell(["replay", await stored(together), "--url", url]);
    expect(code).toBe(1);
    expect(err).toEqual([
      expect.stringMatching(/: the server closed the connection with 4401: \S/),
    ]);
  });

  it("says that nobody is there", { timeout: 15_000 }, async () => {
    const args = ["replay", await stored(together), "--url", "http://127.0.0.1:9"];
    const { code, err } = await tell(args);
    expect(code).toBe(1);
    expect(err).toEqual([
      "http://127.0.0.1:9: no answer within 5 s (connect ECONNREFUSED 127.0.0.1:9)",
    ]);
  });

  it("refuses what is no recording, and writers that it does not have", async () => {
    const broken = await stored({ txns: [] });
    expect(await tell(["replay", broken])).toMatchObject({
      code: 1,
      err: [`${broken}: not a recorded session: endContent must be a string`],
    });
    expect(await tell(["replay", await stored(together), "--writers", "3"])).toMatchObject({
      code: 2,
      err: ['--writers "3": must be 2 for this recording, or be left away'],
    });
    expect(await tell(["replay", broken, "--speed", "0", "--room", "a//b"])).toMatchObject({
      code: 2,
      err: [
        '--room "a//b": must be a room\'s name',
        '--speed "0": must be a number over 0 and up to 1000000',
      ],
    });
  });
});
