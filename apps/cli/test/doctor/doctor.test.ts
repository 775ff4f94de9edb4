import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { freePort } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import * as Y from "yjs";
import { checkClock, checkNode, checkOpenFiles } from "../../src/doctor/machine.js";
import { startHomeroom, temporary } from "../support/homeroom.js";
import { tell } from "../support/terminal.js";

/** What the doctor says of each subject: `verdict words`. */
async function examined(
  flags: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  const given: Record<string, string> = {
    "data-dir": await temporary(),
    port: String(await freePort()),
    ...flags,
  };
  const args = Object.entries(given).flatMap(([flag, value]) => [`--${flag}`, value]);
  const { code, out, err } = await tell(["doctor", ...args], env);
  expect(err).toEqual([]);
  const findings = out.slice(0, -1).map((line) => /^(\w+) +(.+?) {2,}(.+)$/.exec(line)?.slice(1));
  return {
    code,
    dataDir: given["data-dir"] ?? "",
    conclusion: out.at(-1),
    about: (wanted: string) =>
      findings.flatMap((found) => (found?.[1] === wanted ? [`${found[0]} ${found[2]}`] : [])),
  };
}

async function write(url: string, rooms: readonly string[]): Promise<void> {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "something to lose ".repeat(50));
  for (const room of rooms) {
    const answer = await fetch(`${url}/api/v1/rooms/${room}/document`, {
      method: "PATCH",
      headers: { "content-type": "application/octet-stream" },
      body: Buffer.from(Y.encodeStateAsUpdate(doc)),
    });
    expect(answer.ok, await answer.text()).toBe(true);
  }
}

describe("CL15: doctor", () => {
  it("finds nothing to mend where nothing is wrong", async () => {
    const { code, dataDir, conclusion, about } = await examined();
    expect(about("Node")).toEqual([`ok ${process.versions.node}`]);
    expect(about("clock")).toEqual([expect.stringMatching(/^ok 20\d\d-/)]);
    expect(about("configuration")).toEqual(["ok every value is allowed"]);
    expect(about("data directory")).toEqual([`ok ${dataDir} can be written`]);
    expect(about("disk")).toEqual([expect.stringMatching(/^(ok|note) [\d.]+ GiB free/)]);
    expect(about("journal")).toEqual(["ok 0 rooms, all intact"]);
    expect(about("port")).toEqual([expect.stringMatching(/^ok \d+ on 127\.0\.0\.1 is free$/)]);
    expect({ code, conclusion }).toEqual({ code: 0, conclusion: "nothing must be mended" });
  });

  it("reads every room of a store that nobody uses, and none of one in use", async () => {
    const homeroom = await startHomeroom();
    const { port } = new URL(homeroom.url);
    await write(homeroom.url, ["a", "b", "c"]);
    const flags = { "data-dir": homeroom.dataDir, port };
    const during = await examined(flags);
    expect(during.about("journal")).toEqual([expect.stringMatching(/^note in use by a running/)]);
    expect(during.about("port")).toEqual([`ok a Homeroom answers at ${homeroom.url}`]);
    expect(during.code).toBe(0);
    await homeroom.close();
    const after = await examined(flags);
    expect(after.about("journal")).toEqual(["ok 3 rooms, all intact"]);
    expect(after.code).toBe(0);
  });

  it("names the rooms whose records are altered", async () => {
    const homeroom = await startHomeroom();
    await write(homeroom.url, ["one", "two"]);
    await homeroom.close();
    const journal = join(homeroom.dataDir, "journal");
    const [log = ""] = (await readdir(journal)).filter((name) => name.endsWith(".log"));
    const bytes = await readFile(join(journal, log));
    const at = bytes.lastIndexOf("something to lose");
    expect(at).toBeGreaterThan(0);
    bytes.write("SOMETHING", at);
    await writeFile(join(journal, log), bytes);

    const { code, conclusion, about } = await examined({ "data-dir": homeroom.dataDir });
    expect(about("journal")).toEqual([expect.stringMatching(/^MEND .*two.*restore it from a/)]);
    expect({ code, conclusion }).toEqual({ code: 1, conclusion: "to be mended: 1" });
  });

  it("says what is wrong with the data directory", async () => {
    const file = join(await temporary(), "file");
    await writeFile(file, "");
    const noDirectory = await examined({ "data-dir": join(file, "data") });
    expect(noDirectory.about("data directory")).toEqual([
      `MEND ${file} is not a directory: choose another --data-dir`,
    ]);
    expect(noDirectory.about("journal")).toEqual([]);
    expect(noDirectory.code).toBe(1);

    const absent = join(await temporary(), "a", "b");
    const fresh = await examined({ "data-dir": absent });
    expect(fresh.about("data directory")).toEqual([`ok ${absent} will be made`]);
    expect(fresh.about("journal")).toEqual(["ok empty: nothing was stored yet"]);
    expect(fresh.code).toBe(0);
  });

  it("does not write into what is not a store", async () => {
    const dataDir = await temporary();
    await writeFile(join(dataDir, "FORMAT"), "homeroom journal, format 999\n");
    const { code, about } = await examined({ "data-dir": dataDir });
    expect(about("journal")).toEqual([expect.stringMatching(/^MEND .*999/)]);
    expect(code).toBe(1);
  });

  it("says that something else has the port", async () => {
    const other = createServer((_, response) => response.end());
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const port = String((other.address() as AddressInfo).port);
    const { code, about } = await examined({ port });
    expect(about("port")).toEqual([
      `MEND ${port} on 127.0.0.1 cannot be had (EADDRINUSE): choose another --port`,
    ]);
    expect(code).toBe(1);
  });

  it("takes wrong settings for findings", async () => {
    const { code, about } = await examined({ durability: "maybe" }, { HOMEROOM_PORT: "x" });
    expect(about("configuration")).toEqual([
      'MEND --durability "maybe": must be one of fsync, process',
    ]);
    expect(code).toBe(1);
  });

  it("mentions what is allowed and yet worth a second look", async () => {
    const env = { HOMEROOM_PROT: "1", HOMEROOM_DURABILITY: "process", HOMEROOM_TOKEN: "t" };
    const { code, about } = await examined(
      { host: "0.0.0.0" },
      { ...env, HOMEROOM_ALLOW_ANONYMOUS: "1" },
    );
    expect(about("configuration")).toEqual([
      "note HOMEROOM_PROT means nothing: misspelt?",
      "note everyone who reaches 0.0.0.0 can read and write every room",
      "note --durability process: a power cut may take edits",
    ]);
    expect(code).toBe(0);
  });
});

describe("CL15: the machine", () => {
  it("knows which Node is too old", () => {
    const verdict = (version: string) => checkNode(version).verdict;
    expect(verdict("20.18.3")).toBe("mend");
    expect(verdict("18.20.0")).toBe("mend");
    expect(verdict("20.19.0")).toBe("ok");
    expect(verdict("24.1.0")).toBe("ok");
    expect(verdict("100.0.0")).toBe("ok");
  });

  it("knows a clock that was never set", async () => {
    expect((await checkClock(0)).verdict).toBe("mend");
    expect((await checkClock(Date.now())).verdict).toBe("ok");
  });

  it.each([
    ["1048576", 20_000, "ok"],
    ["unlimited", 1_000_000, "ok"],
    ["20000", 20_000, "note"],
    ["256", 200, "mend"],
  ])(
    "compares the limit of open files %s with --max-connections %i",
    async (limit, maxConnections, verdict) => {
      const limits = join(await temporary(), "limits");
      await writeFile(
        limits,
        `Limit  Soft Limit  Hard Limit  Units\nMax open files  ${limit}  1048576  files\n`,
      );
      expect(await checkOpenFiles({ maxConnections }, limits)).toMatchObject({ verdict });
    },
  );

  it("says so where the system tells no limit", async () => {
    expect(await checkOpenFiles({ maxConnections: 1 }, "/nowhere")).toMatchObject({
      verdict: "note",
    });
  });
});
