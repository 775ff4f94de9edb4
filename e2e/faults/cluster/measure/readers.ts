import { setTimeout as pause } from "node:timers/promises";
import {
  eventually,
  type RawClient,
  readMetrics,
  summary,
  syncMessage,
  total,
} from "@homeroom/testkit";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { startWith } from "./homes.js";
import { atMost, exactly, forTheRecord, type Measurement } from "./measurement.js";

const room = "read/by-many";
const readers = 2_000;
const writers = 5;
const writeEveryMs = 500;
const readMs = 30_000;
const atOnce = 100;

/** What is typed tells when: all clients are of this process. */
const stamp = (): string => `<${performance.now().toFixed(3)}>`;
const stamps = /<(\d+\.\d{3})>/g;

const oneRoom: Measurement = {
  name: "readers",
  about: `one room, ${readers} readers and ${writers} writers over two routers`,
  async run(workplace) {
    const { lab } = workplace;
    const cluster = await startWith(workplace);
    const sockets: WebSocket[] = [];
    lab.own({
      close: () => {
        for (const socket of sockets) socket.terminate();
      },
    });
    let closed = 0;
    const latencies: number[] = [];
    let measuring = false;
    const read = async (number: number): Promise<void> => {
      const wsUrl = cluster.wsUrls[number % cluster.wsUrls.length];
      const socket = new WebSocket(`${wsUrl}/${room}`, { perMessageDeflate: false });
      sockets.push(socket);
      socket.on("close", () => {
        closed += 1;
      });
      socket.on("message", (data: Buffer) => {
        if (!measuring) return;
        const now = performance.now();
        for (const [, at] of data.toString("latin1").matchAll(stamps)) {
          latencies.push(now - Number(at));
        }
      });
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      socket.send(syncMessage("step1", Y.encodeStateVector(new Y.Doc())));
    };
    for (let first = 0; first < readers; first += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, (_, number) => read(first + number)));
    }
    const authors: RawClient[] = [];
    for (let number = 0; number < writers; number++) {
      const wsUrl = cluster.wsUrls[number % cluster.wsUrls.length] as string;
      authors.push(await lab.join({ wsUrl }, room, { ack: true }));
    }
    await eventually(async () => (await cluster.api.room(room)).sessions >= readers + writers, {
      within: 20_000,
      message: "every reader is in the room",
    });
    let edits = 0;
    const edit = (author: RawClient): void => {
      edits += 1;
      author.edit((doc) => doc.getText("text").insert(0, stamp()));
    };
    for (const author of authors) edit(author);
    await pause(1_000);
    measuring = true;
    edits = 0;
    const broadcasts = () =>
      Promise.all(
        cluster.routers.map(async ({ url }) =>
          total(await readMetrics(url), "homeroom_broadcasts_total"),
        ),
      );
    const before = await broadcasts();
    const end = performance.now() + readMs;
    while (performance.now() < end) {
      for (const author of authors) {
        edit(author);
        await pause(writeEveryMs / writers);
      }
    }
    await Promise.all(authors.map((author) => author.allAcknowledged()));
    await eventually(() => latencies.length >= edits * readers, {
      within: 10_000,
      message: () => `every reader has every edit: ${latencies.length} of ${edits * readers}`,
    });
    const after = await broadcasts();
    // A router passes on whatever its link brings: so often has the home sent something.
    const perRouter = after.map((count, router) => count - (before[router] ?? 0));
    const gaps = summary(latencies);
    return [
      forTheRecord("edits", edits),
      forTheRecord("arrivals at readers", latencies.length),
      ...perRouter.map((sent, router) =>
        atMost(`sent by the home to router ${router + 1}, for ${edits} edits`, sent, edits),
      ),
      forTheRecord("arrival p50, ms", gaps?.p50 ?? Number.NaN),
      atMost("arrival p99, ms", gaps?.p99, 100),
      forTheRecord("arrival max, ms", gaps?.max ?? Number.NaN),
      exactly("sockets closed", closed, 0),
    ];
  },
};

export const readerMeasurements: readonly Measurement[] = [oneRoom];
