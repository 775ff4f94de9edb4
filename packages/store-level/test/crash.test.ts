import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RoomName } from "@homeroom/protocol";
import { LevelStore } from "@homeroom/store-level";
import { eventually, seededRandom, type TempDir, tempDir } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordingLogger } from "./support/loggers.js";
import { runScript } from "./support/run-script.js";

const KILLS = 12;

/** What the writer is doing where its last line is no acknowledgement. */
const condensing = /^(compact|install) /;

let directory: TempDir;

beforeEach(async () => {
  directory = await tempDir();
});
afterEach(() => directory.close());

test("SL10 what was acknowledged outlives kill -9, also in the middle of a compaction or an installation", async () => {
  const random = seededRandom("kill -9");
  const data = join(directory.path, "data");
  const log = join(directory.path, "acknowledged");
  await writeFile(log, "");
  const inTheMiddleOf = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const before = (await readFile(log, "utf8")).length;
    const durability = random.pick(["fsync", "process"]);
    const args = [data, log, `${kill * 1_000_000}`, `${random.integer(0, 2 ** 31)}`, durability];
    const writer = await runScript("writer.ts", args);
    const bytes = random.integer(1, 4_000);
    const wanted = ["", "compact", "install"][kill % 3] ?? "";
    await eventually(
      async () => {
        const noted = await readFile(log, "utf8");
        const enough = noted.length > before + bytes;
        return enough && lastLine(noted).startsWith(wanted);
      },
      { within: 15_000, message: () => `the writer goes on; it said:\n${writer.output()}` },
    );
    writer.kill("SIGKILL");
    expect(await writer.exited).toEqual({ code: null, signal: "SIGKILL" });
    const noted = await readFile(log, "utf8");
    inTheMiddleOf.add(condensing.exec(lastLine(noted))?.[1] ?? "append");
    await check(data, noted, kill);
  }
  expect(inTheMiddleOf, "what was the last thing before a kill").toContain("compact");
  expect(inTheMiddleOf).toContain("install");
}, 60_000);

const lastLine = (log: string): string => log.split("\n").at(-2) ?? "";

async function check(data: string, log: string, kill: number): Promise<void> {
  const lines = log.split("\n").slice(0, -1);
  const logger = recordingLogger();
  const store = await LevelStore.open({ directory: data, logger });
  try {
    expect(store.damagedRooms(), `after kill ${kill}`).toEqual([]);
    expect(logger.lines.filter((line) => line.level === "error")).toEqual([]);
    const acknowledged = new Map<string, string[]>();
    for (const line of lines) {
      if (condensing.test(line)) continue;
      const [room = "", id = ""] = line.split(" ");
      acknowledged.set(room, [...(acknowledged.get(room) ?? []), id]);
    }
    for (const [room, ids] of acknowledged) {
      const { snapshot, tail } = await store.open(room as RoomName);
      const text = Buffer.concat([...(snapshot ? [snapshot] : []), ...tail]).toString();
      const stored = text.replaceAll("#", "").split(";").slice(0, -1);
      const known = new Set(ids);
      // The last commit of each life may be there without having been acknowledged.
      expect(stored.filter((id) => known.has(id))).toEqual(ids);
    }
  } finally {
    await store.close();
  }
}
