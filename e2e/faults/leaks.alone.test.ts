import { eventually, type HomeroomProcess, type Lab, readMetrics, total } from "@homeroom/testkit";
import { expect } from "vitest";
import { Inspector, inspectable } from "../support/inspector.js";
import { ask } from "../support/room-api.js";
import { test } from "../support/test.js";

const roomsOpened = 2_000;
const atOnce = 50;

/** Opens rooms, edits each, and leaves. */
async function visit(lab: Lab, server: HomeroomProcess, prefix: string, rooms: number) {
  for (let first = 0; first < rooms; first += atOnce) {
    await Promise.all(
      Array.from({ length: Math.min(atOnce, rooms - first) }, async (_, number) => {
        const client = await lab.join(server, `${prefix}/${first + number}`, { ack: true });
        client.edit((doc) => doc.getText("text").insert(0, "a paragraph of text ".repeat(50)));
        await client.allAcknowledged();
        await client.close();
      }),
    );
  }
}

const roomsInMemory = async (server: HomeroomProcess): Promise<number> =>
  total(await readMetrics(server.url), "homeroom_rooms");

test(`memory and handles are back after ${roomsOpened} rooms were opened and left`, async ({
  lab,
}) => {
  const server = await lab.homeroom({ env: inspectable });
  const inspector = await Inspector.attach(lab, server);
  const allLeft = () =>
    eventually(async () => (await roomsInMemory(server)) === 0, {
      within: 30_000,
      message: "every room has left memory",
    });
  // What is loaded and compiled once, and the buffers of the store, are no leak.
  await visit(lab, server, "warm", 300);
  await allLeft();
  const heap = await inspector.liveHeapBytes();
  const handles = await inspector.activeResources();

  await visit(lab, server, "visited", roomsOpened);
  await allLeft();
  const after = await inspector.liveHeapBytes();
  process.stdout.write(
    `leaks: heap ${(heap / 1e6).toFixed(1)} MB before, ${(after / 1e6).toFixed(1)} MB after\n`,
  );
  expect(after).toBeLessThan(heap * 1.2);
  // No kind of handle is there more often than before; idle HTTP connections take a while to go.
  let more: readonly string[] = [];
  await eventually(
    async () => {
      const counts = Object.entries(await inspector.activeResources());
      more = counts.filter(([kind, count]) => count > (handles[kind] ?? 0)).map(([kind]) => kind);
      return more.length === 0;
    },
    { within: 15_000, message: () => `handles are left: ${more}` },
  );
  // The rooms are there all the same.
  const listed = await ask(`${server.url}/api/v1/rooms?prefix=visited/&limit=1`);
  expect(listed.body.rooms).toHaveLength(1);
});

/** Says, when the process ends, what would have kept it alive. */
const reportHandles = `import { writeSync } from "node:fs";
process.on("exit", () => {
  writeSync(2, "LEFT OPEN " + JSON.stringify(process.getActiveResourcesInfo()) + "\\n");
});`;

test("nothing is left open when a process has closed", async ({ lab }) => {
  const preload = `data:text/javascript,${encodeURIComponent(reportHandles)}`;
  const server = await lab.homeroom({ env: { NODE_OPTIONS: `--import=${preload}` } });
  const stays = [await lab.join(server, "one"), await lab.join(server, "two", { ack: true })];
  lab.yWebsocket(server, "one");
  lab.hocuspocus(server).room("three");
  stays[1]?.edit((doc) => doc.getText("text").insert(0, "x"));
  await stays[1]?.allAcknowledged();
  await visit(lab, server, "visited", 20);
  await ask(`${server.url}/api/v1/rooms`);

  expect(await server.stop()).toEqual({ code: 0, signal: null });
  const [, left = ""] = await server.waitForOutput(/LEFT OPEN (\[.*\])/);
  // Its standard streams are the pipes to this test.
  expect((JSON.parse(left) as string[]).filter((kind) => kind !== "PipeWrap")).toEqual([]);
});
