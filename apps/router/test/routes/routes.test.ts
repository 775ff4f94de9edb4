import { MemoryDirectory } from "@homeroom/cluster";
import type { StockYWebsocket } from "@homeroom/testkit";
import { eventually, waitForConvergence } from "@homeroom/testkit";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { type ClusterLab, roomName, startLab, type TestRouter } from "./lab.js";

const room = roomName("docs/plan");

/** As if each claim came right after the router had looked. */
class TooEarly extends MemoryDirectory {
  override lookup(): Promise<null> {
    return Promise.resolve(null);
  }
}

const text = (doc: Y.Doc): string => doc.getText("text").toString();

/** A y-websocket client that asked for acknowledgements, and what it was told. */
interface Acknowledged {
  readonly client: StockYWebsocket;
  readonly settled: number[];
  /** SyncStep2 and update messages that it has sent. */
  readonly sent: () => number;
  /** Whether everything that it sent is acknowledged. */
  readonly safe: () => boolean;
}

function acknowledged(lab: ClusterLab, router: TestRouter): Acknowledged {
  const settled: number[] = [];
  let sent = 0;
  const client = lab.yWebsocket(router, room, {
    params: { ack: "1" },
    onSettled: (count) => settled.push(count),
    onSend: (frame) => {
      if (frame[0] === 0 && frame[1] !== 0) sent++;
    },
  });
  const safe = (): boolean => sent > 0 && settled.at(-1) === sent;
  return { client, settled, sent: () => sent, safe };
}

/** Types marks of its own at short intervals, until told to stop. */
function typing(doc: Y.Doc, name: string): { readonly marks: string[]; stop(): void } {
  const marks: string[] = [];
  const timer = setInterval(() => {
    const mark = `${name}${marks.length};`;
    marks.push(mark);
    doc.getText("text").insert(doc.getText("text").length, mark);
  }, 3);
  return { marks, stop: () => clearInterval(timer) };
}

const holdsAll = (doc: Y.Doc, marks: readonly string[]): void => {
  const words = new Set(text(doc).split(";"));
  expect(marks.filter((mark) => !words.has(mark.slice(0, -1)))).toEqual([]);
};

const rising = (numbers: readonly number[]): void => {
  expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
};

describe("routes", () => {
  it("RT1: clients of both dialects behind two routers converge; who asked is told what is durable", async () => {
    const lab = await startLab();
    const [one, two] = [await lab.router(), await lab.router()];
    const asked = acknowledged(lab, one);
    let heard = 0;
    const silent = lab.yWebsocket(two, room, { onSettled: () => heard++ });
    let unsynced = -1;
    const other = lab.hocuspocus(two, room, (count) => {
      unsynced = count;
    });
    const docs = [asked.client.doc, silent.doc, other.doc];
    for (const [index, doc] of docs.entries()) doc.getText("text").insert(0, `hello${index} `);
    await eventually(() => asked.client.synced && silent.synced && other.synced);
    await waitForConvergence(docs);
    await eventually(() => asked.safe() && unsynced === 0);
    expect(heard).toBe(0);
    expect(text(await lab.stored(room))).toBe(text(other.doc));
    const { links, routes } = one.homes.status();
    expect(links).toMatchObject([{ node: (await lab.homeOf(room)).id, state: "open" }]);
    expect(routes).toEqual({ finding: 0, opening: 0, attached: 1, gone: 0 });
  });

  it("RT2: a planned move under typing: nobody is disconnected, nothing is lost, acknowledgements keep their order", async () => {
    const lab = await startLab();
    const [one, two] = [await lab.router(), await lab.router()];
    const ada = acknowledged(lab, one);
    const bob = acknowledged(lab, two);
    let unsynced = -1;
    const cem = lab.hocuspocus(two, room, (count) => {
      unsynced = count;
    });
    const docs = [ada.client.doc, bob.client.doc, cem.doc];
    await eventually(() => ada.client.synced && bob.client.synced && cem.synced);
    const writers = docs.map((doc, index) => typing(doc, `w${index}-`));
    for (let move = 0; move < 6; move++) {
      const written = writers.map(({ marks }) => marks.length);
      await eventually(() =>
        writers.every(({ marks }, i) => marks.length > (written[i] ?? 0) + 10),
      );
      const home = await lab.homeOf(room);
      await home.move(room, lab.other(home));
      // Two moves before a router has found the room again would be one gap to it.
      await eventually(() => one.gaps.length > move && two.gaps.length > move);
    }
    for (const writer of writers) writer.stop();
    await eventually(() => ada.safe() && bob.safe() && unsynced === 0);
    await waitForConvergence(docs);
    expect(lab.disconnects).toBe(0);
    rising(ada.settled);
    rising(bob.settled);
    const stored = await lab.stored(room);
    for (const { marks } of writers) {
      holdsAll(cem.doc, marks);
      holdsAll(stored, marks);
    }
    expect(one.gaps).toHaveLength(6);
    expect(two.gaps).toHaveLength(6);
  });

  it("RT3: a home that dies with edits that are not durable: they are said again to the next, nobody is disconnected", async () => {
    const lab = await startLab();
    const [one, two] = [await lab.router(), await lab.router()];
    const ada = acknowledged(lab, one);
    const bob = acknowledged(lab, two);
    const cem = lab.hocuspocus(two, room);
    const docs = [ada.client.doc, bob.client.doc, cem.doc];
    await eventually(() => ada.client.synced && bob.client.synced && cem.synced);
    for (const doc of docs) doc.getText("text").insert(0, "durable;");
    await eventually(() => ada.safe() && bob.safe());
    const home = await lab.homeOf(room);
    home.storeAway = true;
    const writers = docs.map((doc, index) => typing(doc, `w${index}-`));
    await eventually(() => writers.every(({ marks }) => marks.length > 20));
    // What the home broadcast, and what only its memory holds, is not durable now.
    await eventually(() => text(ada.client.doc).includes("w1-5;"));
    expect(ada.safe()).toBe(false);
    await home.crash();
    await eventually(() => one.gaps.length === 1 && two.gaps.length === 1);
    for (const writer of writers) writer.stop();
    await eventually(() => ada.safe() && bob.safe());
    await waitForConvergence(docs);
    expect(lab.disconnects).toBe(0);
    rising(ada.settled);
    const stored = await eventually(async () => {
      const doc = await lab.stored(room);
      return text(doc) === text(cem.doc) ? doc : null;
    });
    for (const { marks } of writers) holdsAll(stored, marks);
    expect((await lab.homeOf(room)).id).not.toBe(home.id);
  });

  it("RT4: what somebody typed who left before it was durable survives the home", async () => {
    const lab = await startLab();
    const router = await lab.router();
    const asked = acknowledged(lab, router);
    const ada = asked.client;
    // So that what is unsettled from here on is what is typed.
    await eventually(() => ada.synced && asked.safe());
    const home = await lab.homeOf(room);
    home.storeAway = true;
    ada.doc.getText("text").insert(0, "last words");
    await eventually(() => router.homes.status().unsettledBytes > 0);
    ada.close();
    await eventually(() => router.edge.connections === 0);
    await home.crash();
    await eventually(async () => text(await lab.stored(room)) === "last words");
    await eventually(() => router.homes.status().unsettledBytes === 0);
    const none = { finding: 0, opening: 0, attached: 0, gone: 0 };
    expect(router.homes.status().routes).toEqual(none);
  });

  it("RT5: a link that breaks while the home is well is opened again, and nothing is lost", async () => {
    const lab = await startLab();
    const router = await lab.router();
    const ada = acknowledged(lab, router);
    const bob = acknowledged(lab, router);
    await eventually(() => ada.client.synced && bob.client.synced);
    const home = await lab.homeOf(room);
    const writers = [ada, bob].map(({ client }, index) => typing(client.doc, `w${index}-`));
    for (let cut = 1; cut <= 3; cut++) {
      await eventually(() => writers.every(({ marks }) => marks.length > cut * 20));
      home.cutLinks();
      await eventually(() => router.gaps.length === cut);
    }
    for (const writer of writers) writer.stop();
    await eventually(() => ada.safe() && bob.safe());
    await waitForConvergence([ada.client.doc, bob.client.doc, await lab.stored(room)]);
    for (const { marks } of writers) holdsAll(ada.client.doc, marks);
    expect(lab.disconnects).toBe(0);
    expect((await lab.homeOf(room)).id).toBe(home.id);
  });

  it("RT6: who is present is known to the next home, and who leaves then is seen to leave", async () => {
    const lab = await startLab();
    const [one, two] = [await lab.router(), await lab.router()];
    const ada = lab.yWebsocket(one, room);
    const bob = lab.yWebsocket(two, room);
    ada.awareness.setLocalState({ name: "Ada" });
    bob.awareness.setLocalState({ name: "Bob" });
    await eventually(() => bob.awareness.getStates().size === 2);
    const home = await lab.homeOf(room);
    await home.crash();
    await eventually(() => one.gaps.length === 1 && two.gaps.length === 1);
    // Only the new home can tell somebody new who was there before.
    const cem = lab.yWebsocket(two, room);
    const names = (): unknown[] =>
      [...cem.awareness.getStates().values()].flatMap(({ name }) => name ?? []).sort();
    await eventually(() => names().join() === "Ada,Bob");
    ada.close();
    await eventually(() => names().join() === "Bob");
    await eventually(() => !bob.awareness.getStates().has(ada.doc.clientID));
    expect(lab.disconnects - ada.closes.length).toBe(0);
  });

  it("RT7: a node that lost the race for a room names the winner", async () => {
    const lab = await startLab();
    for (const id of ["a", "b"]) {
      const claimed = roomName(`claimed-by-${id}`);
      await lab.coordinators.find((each) => each.id === id)?.claims.claim(claimed);
      const router = await lab.router({ directory: lab.seenBy(TooEarly) });
      expect(await router.homes.homeOf(claimed)).toMatchObject({ node: id });
      const client = lab.yWebsocket(router, claimed);
      await eventually(() => client.synced);
    }
    expect(lab.disconnects).toBe(0);
  });

  it("RT8: without any coordinator, clients wait up to the deadline, and are then closed with 1013", async () => {
    const lab = await startLab();
    const router = await lab.router({ limits: { findTimeoutMs: 300 } });
    for (const coordinator of lab.coordinators) await coordinator.crash();
    const client = lab.yWebsocket(router, room, { maxBackoffTime: 20_000 });
    await eventually(() => client.closes.length > 0);
    expect(client.closes[0]?.code).toBe(1013);
    await expect(router.homes.homeOf(room)).rejects.toMatchObject({ code: "NO_HOME" });
    client.close();
    const none = { finding: 0, opening: 0, attached: 0, gone: 0 };
    await eventually(() => router.edge.connections === 0);
    expect(router.homes.status().routes).toEqual(none);
  });

  it("RT9: more edits than may wait close who sends them with 1013, and nobody else", async () => {
    const lab = await startLab();
    const router = await lab.router({ limits: { maxUnsettledBytes: 10_000 } });
    const reader = lab.yWebsocket(router, room);
    const flooding = lab.yWebsocket(router, room, { maxBackoffTime: 20_000 });
    await eventually(() => reader.synced && flooding.synced);
    const home = await lab.homeOf(room);
    home.storeAway = true;
    for (let index = 0; index < 100; index++) {
      flooding.doc.getText("text").insert(0, "many words ".repeat(50));
    }
    await eventually(() => flooding.closes.length > 0);
    expect(flooding.closes[0]?.code).toBe(1013);
    expect(reader.closes).toEqual([]);
    home.storeAway = false;
    await eventually(() => router.homes.status().unsettledBytes === 0);
    await eventually(() => flooding.synced, { within: 10_000 });
    await waitForConvergence([reader.doc, flooding.doc]);
  });

  it("RT10: a router that does not know the cluster's secret gets no link", async () => {
    const lab = await startLab();
    const limits = { findTimeoutMs: 200 };
    for (const secret of ["another secret", null]) {
      const router = await lab.router({ limits, secret });
      await expect(router.homes.homeOf(room)).rejects.toMatchObject({ code: "NO_HOME" });
    }
    for (const coordinator of lab.coordinators) expect(coordinator.links.links).toBe(0);
    // Being turned away is no sign of death.
    expect((await lab.directory.nodes()).map(({ alive }) => alive)).toEqual([true, true]);
  });

  it("RT11: a client that does not read slows nobody down, and is closed", async () => {
    const lab = await startLab();
    const edgeLimits = { softBufferBytes: 64 * 1024, maxBufferBytes: 256 * 1024 };
    const router = await lab.router({ edgeLimits });
    const writer = acknowledged(lab, router);
    const reader = lab.yWebsocket(router, room);
    const slow = lab.yWebsocket(router, room, { maxBackoffTime: 20_000 });
    await eventually(() => writer.client.synced && reader.synced && slow.synced);
    const socket = slow.provider.ws as unknown as { pause(): void; resume(): void };
    socket.pause();
    const bytes = Y.encodeStateAsUpdate(writer.client.doc).length;
    for (let index = 0; router.edge.connections === 3; index++) {
      if (index > 1_000) throw new Error(`never closed; the state had ${bytes} bytes before`);
      writer.client.doc.getText("text").insert(0, "x".repeat(100_000));
      await eventually(() => writer.safe());
    }
    await waitForConvergence([writer.client.doc, reader.doc]);
    expect(reader.closes).toEqual([]);
    expect(writer.client.closes).toEqual([]);
    socket.resume();
    await eventually(() => slow.closes.length > 0);
    expect(slow.closes[0]?.code).toBe(4508);
  });

  it("RT12: a router that leaves waits until what its clients sent is settled", async () => {
    const lab = await startLab();
    const router = await lab.router();
    const asked = acknowledged(lab, router);
    const ada = asked.client;
    // So that what is unsettled from here on is what is typed.
    await eventually(() => ada.synced && asked.safe());
    const home = await lab.homeOf(room);
    home.storeAway = true;
    ada.doc.getText("text").insert(0, "before the end");
    await eventually(() => router.homes.status().unsettledBytes > 0);
    const stopping = router.stop();
    await eventually(() => ada.closes.length > 0);
    expect(ada.closes[0]?.code).toBe(1012);
    home.storeAway = false;
    await stopping;
    expect(text(await lab.stored(room))).toBe("before the end");
    expect(router.homes.status()).toMatchObject({ links: [], unsettledBytes: 0 });
    await eventually(() => home.links.links === 0);
  });

  it("RT16: a host that is gone refuses nothing: once its lease has ended, its rooms go elsewhere", async () => {
    const lab = await startLab();
    const router = await lab.router({ linkLimits: { heartbeatMs: 30, connectMs: 60_000 } });
    const ada = acknowledged(lab, router);
    const bob = acknowledged(lab, router);
    await eventually(() => ada.client.synced && bob.client.synced);
    const home = await lab.homeOf(room);
    home.proxy.hold();
    ada.client.doc.getText("text").insert(0, "into the dark");
    await eventually(() => router.homes.status().routes.finding === 1);
    await eventually(() => router.homes.status().links[0]?.state === "connecting");
    const lease = (await lab.directory.nodes()).find(({ node }) => node === home.id);
    await lab.directory.declareDead(lease ?? { node: "", incarnation: 0 });
    await eventually(() => router.gaps.length === 1);
    await eventually(() => ada.safe());
    await waitForConvergence([ada.client.doc, bob.client.doc, await lab.stored(room)]);
    expect((await lab.homeOf(room)).id).not.toBe(home.id);
    expect(lab.disconnects).toBe(0);
    home.proxy.heal();
  });

  it("RT17: of the rooms that lost their home the busiest look for the next one first", async () => {
    const lab = await startLab();
    const router = await lab.router({ limits: { maxFinds: 1 } });
    const [home] = lab.coordinators;
    const sessions = [
      ["quiet", 1],
      ["busy", 3],
      ["middling", 2],
    ] as const;
    for (const [name, count] of sessions) {
      await home?.claims.claim(roomName(name));
      for (let session = 0; session < count; session++) lab.yWebsocket(router, roomName(name));
    }
    await eventually(() => lab.yClients.every(({ synced }) => synced));
    await home?.crash();
    await eventually(() => router.gaps.length === 3);
    const rehomed = router.logger.lines.flatMap(({ fields, message }) =>
      message === "room has a new home" && "room" in fields ? [fields.room] : [],
    );
    expect(rehomed).toEqual(["busy", "middling", "quiet"]);
    expect(lab.disconnects).toBe(0);
  });

  it("RT18: while the directory is away, rooms that have a home are found where they were", async () => {
    const lab = await startLab();
    const router = await lab.router({ limits: { findTimeoutMs: 500 } });
    const ada = acknowledged(lab, router);
    await eventually(() => ada.safe());
    const home = await lab.homeOf(room);
    lab.primary.fault = () => "before";
    home.cutLinks();
    await eventually(() => router.gaps.length === 1);
    ada.client.doc.getText("text").insert(0, "still here");
    await eventually(() => ada.safe());
    expect(lab.disconnects).toBe(0);
    ada.client.close();
    await eventually(() => router.homes.status().routes.attached === 0);
    const bob = lab.yWebsocket(router, room);
    await eventually(() => text(bob.doc) === "still here");
    // Giving a room a home is another matter.
    const unknown = router.homes.homeOf(roomName("new"));
    await expect(unknown).rejects.toMatchObject({ code: "NO_HOME" });
    lab.primary.fault = () => null;
    expect(await router.homes.homeOf(roomName("new"))).toHaveProperty("epoch");
  });

  it("RT20: a router knows whether it reaches any coordinator, also while the directory is away", async () => {
    const lab = await startLab();
    const router = await lab.router({ linkLimits: { connectMs: 200 } });
    expect(await router.homes.reachesAnyNode()).toBe(true);
    await eventually(() => lab.coordinators.some(({ links }) => links.links > 0));
    lab.primary.fault = () => "before";
    for (const coordinator of lab.coordinators) coordinator.cutLinks();
    await eventually(() => router.homes.status().links.length === 0);
    expect(await router.homes.reachesAnyNode()).toBe(true);
    for (const coordinator of lab.coordinators) await coordinator.crash();
    await eventually(async () => !(await router.homes.reachesAnyNode()));
    // One that has never listed any knows of none.
    expect(await (await lab.router()).homes.reachesAnyNode()).toBe(false);
    const stranger = await lab.router({ secret: "another" });
    lab.primary.fault = () => null;
    expect(await stranger.homes.reachesAnyNode()).toBe(false);
  });
});
