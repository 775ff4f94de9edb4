import { setTimeout as pause } from "node:timers/promises";
import {
  eventually,
  type RawClient,
  readMetrics,
  type Sample,
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
    const home = await cluster.homeOf(room);
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
    const before = await readMetrics(home.url);
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
    const after = await readMetrics(home.url);
    const gained = (name: string): number => total(after, name) - total(before, name);
    const counted = grown(before, after);
    workplace.say(`metrics of the home that grew: ${counted}`);
    const gaps = summary(latencies);
    return [
      forTheRecord("edits", edits),
      forTheRecord("arrivals at readers", latencies.length),
      forTheRecord("broadcasts of the home", gained("homeroom_broadcasts_total")),
      exactly(
        "updates that the home sent, per router",
        gained("homeroom_updates_sent_total") / 2,
        gained("homeroom_broadcasts_total"),
      ),
      forTheRecord("arrival p50, ms", gaps?.p50 ?? Number.NaN),
      atMost("arrival p99, ms", gaps?.p99, 100),
      forTheRecord("arrival max, ms", gaps?.max ?? Number.NaN),
      exactly("sockets closed", closed, 0),
    ];
  },
};

const grown = (before: readonly Sample[], after: readonly Sample[]): string =>
  [...new Set(after.map(({ name }) => name))]
    .filter((name) => !/_bucket$|seconds|bytes/.test(name))
    .map((name) => [name, total(after, name) - total(before, name)] as const)
    .filter(([, growth]) => growth > 0)
    .map(([name, growth]) => `${name} ${growth}`)
    .join(", ");

export const readerMeasurements: readonly Measurement[] = [oneRoom];
