import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  eventually,
  type HomeroomProcess,
  type Lab,
  type Random,
  readMetrics,
  seededRandom,
  total,
} from "@homeroom/testkit";
import { expect } from "vitest";
import * as Y from "yjs";
import { ask, roomUrl } from "../support/room-api.js";
import { test } from "../support/test.js";

const rooms = Array.from({ length: 16 }, (_, number) => `damage/${number}`);
const editsPerRoom = 25;

/** Fills a data directory in two sittings, so that it holds tables and a log. */
async function fill(lab: Lab, random: Random): Promise<string> {
  const dataDir = await lab.dir();
  for (let sitting = 0; sitting < 2; sitting++) {
    const server = await lab.homeroom({ dataDir });
    const clients = await Promise.all(rooms.map((room) => lab.join(server, room, { ack: true })));
    // Turn by turn, so that the records of all rooms lie among each other.
    for (let edit = 0; edit < editsPerRoom; edit++) {
      for (const client of clients) {
        client.edit((doc) => doc.getArray("edits").push([random.text(100)]));
      }
      await clients[0]?.allAcknowledged();
    }
    await Promise.all(clients.map((client) => client.allAcknowledged()));
    expect((await server.stop()).code).toBe(0);
  }
  return dataDir;
}

async function filesOf(dir: string, pattern: RegExp): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

type Damage = (bytes: Uint8Array, at: number, random: Random) => void;

const flipBit: Damage = (bytes, at, random) => {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
};

/** What happens to the middle half of each file, where records are. */
const damages: readonly (readonly [what: string, times: number, damage: Damage])[] = [
  ["a bit", 1, flipBit],
  ["three bits", 3, flipBit],
  ["a byte", 1, (bytes, at, random) => bytes.set([(bytes[at] ?? 0) ^ random.integer(1, 255)], at)],
  ["a run of zeros", 1, (bytes, at) => bytes.fill(0, at, at + 512)],
];

async function damageFiles(
  files: readonly string[],
  times: number,
  damage: Damage,
  random: Random,
): Promise<number> {
  let damaged = 0;
  for (const file of files) {
    const bytes = await readFile(file);
    if (bytes.length < 4_096) continue;
    for (let time = 0; time < times; time++) {
      const [first, last] = [Math.floor(bytes.length / 4), Math.floor((bytes.length * 3) / 4)];
      damage(bytes, random.integer(first, last), random);
    }
    await writeFile(file, bytes);
    damaged += 1;
  }
  return damaged;
}

/** Which rooms are whole and which are reported as damaged; anything else fails. */
async function look(server: HomeroomProcess) {
  const whole: string[] = [];
  const damaged: string[] = [];
  for (const room of rooms) {
    const response = await fetch(roomUrl(server, room, "/document?as=update"));
    if (response.ok) {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, new Uint8Array(await response.arrayBuffer()));
      // A room that opens is whole: damage is never read past in silence.
      expect(doc.getArray("edits").length, room).toBe(2 * editsPerRoom);
      whole.push(room);
    } else {
      expect(await response.json(), room).toMatchObject({ code: "ROOM_DAMAGED" });
      damaged.push(room);
    }
  }
  return { whole, damaged };
}

const kinds = [
  { what: "log", pattern: /\.log$/ },
  { what: "table", pattern: /\.(ldb|sst)$/ },
] as const;

test.for(kinds)(
  "bytes flipped in $what files: damage is reported, the other rooms open",
  async ({ what, pattern }, { lab }) => {
    const random = seededRandom(`damage of ${what} files`);
    const sound = await fill(lab, random);
    let roomsDamaged = 0;
    for (const [name, times, damage] of damages) {
      const dataDir = await lab.dir();
      await cp(sound, dataDir, { recursive: true });
      const files = await filesOf(dataDir, pattern);
      expect(await damageFiles(files, times, damage, random)).toBeGreaterThan(0);

      const server = await lab.homeroom({ dataDir });
      const { whole, damaged } = await look(server);
      process.stdout.write(
        `${name} of ${what} files: ${damaged.length} of ${rooms.length} rooms\n`,
      );
      expect(whole.length).toBeGreaterThan(0);
      roomsDamaged += damaged.length;
      await expectQuarantine(lab, server, damaged);
      await expectWork(lab, server, whole);
      expect((await server.stop()).code).toBe(0);
    }
    expect(roomsDamaged).toBeGreaterThan(0);
  },
);

/** Each damaged room is named in the log and counted; its clients are told to come back later. */
async function expectQuarantine(lab: Lab, server: HomeroomProcess, damaged: readonly string[]) {
  for (const room of damaged) {
    expect(server.output(), room).toContain(`"${room}"`);
    const client = await lab.connect(server, room);
    client.sendStep1();
    expect((await client.closes()).code, room).toBe(4500);
  }
  const quarantined = total(await readMetrics(server.url), "homeroom_quarantined_total");
  expect(quarantined).toBeGreaterThanOrEqual(damaged.length);
}

/** The other rooms are worked in as ever. */
async function expectWork(lab: Lab, server: HomeroomProcess, whole: readonly string[]) {
  for (const room of whole) {
    const client = await lab.join(server, room, { ack: true });
    client.edit((doc) => doc.getArray("edits").push(["after"]));
    await client.allAcknowledged();
  }
  expect((await ask(`${server.url}/healthz`)).status).toBe(200);
}

test("a log cut short by a crash is no damage: what was acknowledged before the cut is there", async ({
  lab,
}) => {
  const random = seededRandom("torn log");
  let server = await lab.homeroom();
  const client = await lab.join(server, "torn", { ack: true });
  for (let edit = 0; edit < 200; edit++) {
    client.edit((doc) => doc.getArray("edits").push([random.text(100)]));
  }
  await client.allAcknowledged();
  const acknowledged = client.doc.getArray("edits").length;
  server.kill("SIGKILL");
  await server.exited;
  // A crash in the middle of a write leaves the beginning of a record behind.
  for (const file of await filesOf(server.dataDir, /\.log$/)) {
    await writeFile(file, random.bytes(5), { flag: "a" });
  }
  server = await lab.homeroom({ dataDir: server.dataDir });
  const again = await lab.join(server, "torn", { ack: true });
  await eventually(() => again.doc.getArray("edits").length === acknowledged);
});
