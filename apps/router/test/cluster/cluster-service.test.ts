import { MemoryDirectory, MemorySharedStore, type OwnerRecord } from "@homeroom/cluster";
import { NodeApi, type RoomName } from "@homeroom/protocol";
import { eventually } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import * as Y from "yjs";
import { type Answer, call } from "../http/call.js";
import {
  type ClusterLab,
  type RouterOverrides,
  roomName,
  startLab,
  type TestCoordinator,
  type TestRouter,
} from "../routes/lab.js";
import type { StubAnswer } from "./node-stub.js";

const room = roomName("docs/plan");

/** A request to the API of a router. */
const ask = (router: TestRouter, path: string, options?: Parameters<typeof call>[1]) =>
  call(`${router.api}/api/v1/${path}`, options);

const pathOf = (name: RoomName): string => `rooms/${encodeURIComponent(name)}`;

/** An update that makes `text` the whole text of an empty document. */
function saying(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

const write = (router: TestRouter, name: RoomName, text: string): Promise<Answer> =>
  ask(router, `${pathOf(name)}/document`, { method: "PATCH", bytes: saying(text) });

const readText = async (router: TestRouter, name: RoomName): Promise<Answer> =>
  await ask(router, `${pathOf(name)}/document?as=text`);

const remove = (router: TestRouter, name: RoomName): Promise<Answer> =>
  ask(router, pathOf(name), { method: "DELETE" });

const move = (router: TestRouter, name: RoomName, to: string): Promise<Answer> =>
  ask(router, `${pathOf(name)}/move`, { method: "POST", json: { to } });

async function start(
  overrides: RouterOverrides = {},
): Promise<{ lab: ClusterLab; router: TestRouter }> {
  const lab = await startLab();
  return { lab, router: await lab.router(overrides) };
}

/** Stores a room that has no home: it was written, and its home gave it up in good order. */
async function stored(lab: ClusterLab, router: TestRouter, name: RoomName): Promise<void> {
  expect((await write(router, name, `of ${name}`)).status).toBe(204);
  const home = await lab.homeOf(name);
  await home.forget(name);
}

/** As if rooms moved right after it had answered, once. */
class Behind extends MemoryDirectory {
  stale: OwnerRecord | null = null;

  override async lookupAll(rooms: readonly RoomName[]): Promise<readonly (OwnerRecord | null)[]> {
    const { stale } = this;
    this.stale = null;
    return stale ? [stale] : await super.lookupAll(rooms);
  }
}

const expectUnavailable = (answer: Answer, code = "UNAVAILABLE"): void => {
  expect(answer).toMatchObject({ status: 503, body: { code } });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
};

describe("CS1: listing", () => {
  it("says of each stored room what its home says, with one request per node", async () => {
    const { lab, router } = await start();
    for (const name of ["a", "b", "c", "d"]) await stored(lab, router, roomName(name));
    const [one, two] = lab.coordinators as [TestCoordinator, TestCoordinator];
    await one.claims.claim(roomName("a"));
    // As after a move while nobody was in it: the node has not heard of that.
    await one.claims.claim(roomName("b"));
    await two.claims.claim(roomName("c"));
    const clients = ["a", "a", "c"].map((name) => lab.yWebsocket(router, roomName(name)));
    const text = clients[0]?.doc.getText("text");
    await eventually(() => clients.every(({ synced }) => synced));
    text?.insert(0, "live ");
    await eventually(() => one.host.get(roomName("a"))?.state === "live");
    const before = one.api.count(NodeApi.rooms);
    const answer = await ask(router, "rooms");
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      cursor: null,
      rooms: [
        { room: "a", status: "live", owner: { node: one.id, url: one.url }, sessions: 2 },
        { room: "b", status: "resting", owner: { node: one.id }, sessions: 0 },
        { room: "c", owner: { node: two.id }, sessions: 1 },
        { room: "d", status: "idle", owner: null, sessions: 0 },
      ],
    });
    expect(one.api.count(NodeApi.rooms)).toBe(before + 1);
  });

  it("comes in pages, by prefix", async () => {
    const { lab, router } = await start();
    for (const name of ["docs/a", "docs/b", "docs/c", "x"]) {
      await stored(lab, router, roomName(name));
    }
    const first = await ask(router, "rooms?prefix=docs/&limit=2");
    expect(first.body).toMatchObject({ rooms: [{ room: "docs/a" }, { room: "docs/b" }] });
    const next = await ask(router, `rooms?prefix=docs/&limit=2&cursor=${first.body?.cursor}`);
    expect(next.body).toMatchObject({ rooms: [{ room: "docs/c" }], cursor: null });
  });
});

describe("CS2: a node that gives no sensible answer", () => {
  it.each([
    ["hangs", () => "hang"],
    ["says something else", () => ({ status: 200, body: { rooms: [{ status: "asleep" }] } })],
    ["says too little", () => ({ status: 200, body: { rooms: [] } })],
    ["fails", () => ({ status: 500, body: { code: "INTERNAL", message: "a bug" } })],
    ["is a proxy's error page", () => ({ status: 502, body: "<html>" })],
  ] satisfies [string, () => StubAnswer][])(
    "and %s: its rooms are listed with what is known",
    async (_, override) => {
      const { lab, router } = await start({ clientLimits: { answerMs: 100 } });
      await write(router, room, "hello");
      await stored(lab, router, roomName("other"));
      const home = await lab.homeOf(room);
      home.api.override = ({ path }) => (path === NodeApi.rooms ? override() : null);
      const known = { room, status: "resting", owner: { node: home.id }, sessions: 0 };
      const list = await ask(router, "rooms");
      expect(list).toMatchObject({
        status: 200,
        body: { rooms: [known, { room: "other", status: "idle", owner: null }] },
      });
      const description = await ask(router, pathOf(room));
      expect(description).toMatchObject({ status: 200, body: { ...known, durable: false } });
      expect(description.body?.bytes).toBeGreaterThan(0);
    },
  );
});

describe("CS3: describing", () => {
  it("an absent room, a live one, and one that is stored only", async () => {
    const { lab, router } = await start();
    expect((await ask(router, pathOf(room))).body).toEqual({
      room,
      status: "absent",
      owner: null,
      sessions: 0,
      cursor: null,
      durable: true,
      bytes: 0,
      updatedAt: null,
    });
    await write(router, room, "hello");
    const home = await lab.homeOf(room);
    const epoch = home.claims.homeOf(room)?.epoch ?? 0;
    expect((await ask(router, pathOf(room))).body).toMatchObject({
      status: "live",
      owner: { node: home.id, url: home.url, epoch },
      cursor: expect.stringMatching(new RegExp(`^${epoch}-[0-9]+$`)),
      durable: true,
    });
    await home.forget(room);
    const idle = { status: "idle", owner: null, durable: true };
    expect((await ask(router, pathOf(room))).body).toMatchObject(idle);
  });

  it("says that a room holds what is not durable yet", async () => {
    const { lab, router } = await start();
    const ada = lab.yWebsocket(router, room);
    await eventually(() => ada.synced);
    const home = await lab.homeOf(room);
    home.storeAway = true;
    ada.doc.getText("text").insert(0, "not yet");
    await eventually(() => home.host.get(room)?.state === "live");
    const description = { status: "live", durable: false, sessions: 1 };
    expect((await ask(router, pathOf(room))).body).toMatchObject(description);
    home.storeAway = false;
    await eventually(async () => (await ask(router, pathOf(room))).body?.durable === true);
  });

  it("of a room that has moved since the directory was asked asks again", async () => {
    const lab = await startLab();
    const directory = lab.seenBy(Behind) as Behind;
    const [router, other] = [await lab.router({ directory }), await lab.router()];
    const ada = lab.yWebsocket(other, room);
    await eventually(() => ada.synced);
    const home = await lab.homeOf(room);
    directory.stale = await lab.directory.lookup(room);
    await home.move(room, lab.other(home));
    await eventually(() => lab.other(home).serves(room));
    const { body } = await ask(router, pathOf(room));
    expect(body).toMatchObject({ owner: { node: lab.other(home).id }, sessions: 1 });
    expect(home.api.count(NodeApi.rooms)).toBe(1);
  });
});

describe("CS4: a home", () => {
  it("is found, or given", async () => {
    const { lab, router } = await start();
    const other = await lab.router();
    const given = await ask(router, `${pathOf(room)}/home`, { method: "POST" });
    const home = await lab.homeOf(room);
    expect(given.body).toMatchObject({ room, owner: { node: home.id, url: home.url } });
    const found = await ask(other, `${pathOf(room)}/home`, { method: "POST" });
    expect(found.body).toEqual(given.body);
  });

  it("cannot be had without a coordinator", async () => {
    const { lab, router } = await start({ limits: { findTimeoutMs: 200 } });
    for (const coordinator of lab.coordinators) await coordinator.crash();
    const home = await ask(router, `${pathOf(room)}/home`, { method: "POST" });
    expectUnavailable(home, "NO_HOME");
    expectUnavailable(await remove(router, room), "NO_HOME");
    expectUnavailable(await write(router, room, "hello"));
  });
});

describe("CS5: moving", () => {
  it("is done by the room's home, while its clients stay connected", async () => {
    const { lab, router } = await start();
    const ada = lab.yWebsocket(router, room);
    await eventually(() => ada.synced);
    const home = await lab.homeOf(room);
    const to = lab.other(home);
    const answer = await move(router, room, to.id);
    const moved = { room, from: home.id, to: to.id, pausedMs: 1.5 };
    expect(answer).toMatchObject({ status: 200, body: moved });
    expect(answer.body?.epoch).toBe((await lab.directory.lookup(room))?.epoch);
    expect(lab.disconnects).toBe(0);
    // Where it is already there is nothing to do.
    expect((await move(router, room, to.id)).body).toMatchObject({ from: to.id, pausedMs: 0 });
    expect(to.api.count(NodeApi.move)).toBe(0);
  });

  it("of a room without a home gives it one first", async () => {
    const { lab, router } = await start();
    await stored(lab, router, room);
    const [first] = lab.coordinators as [TestCoordinator];
    expect(await move(router, room, first.id)).toMatchObject({ status: 200 });
    expect(await lab.homeOf(room)).toBe(first);
    const described = { status: "resting", owner: { node: first.id }, sessions: 0, durable: true };
    expect((await ask(router, pathOf(room))).body).toMatchObject(described);
  });

  it("follows a home that names another one, but not for ever", async () => {
    const { lab, router } = await start({ serviceLimits: { hops: 2 } });
    const third = await lab.coordinator("c");
    await write(router, room, "hello");
    const home = await lab.homeOf(room);
    const next = lab.other(home);
    const elsewhere = (owner: TestCoordinator): StubAnswer => ({
      status: 409,
      body: {
        code: "ELSEWHERE",
        message: "not here",
        owner: { node: owner.id, url: owner.url, epoch: 9 },
      },
    });
    home.api.override = () => elsewhere(next);
    next.api.override = () => ({
      status: 200,
      body: { from: next.id, to: third.id, epoch: 12, pausedMs: 3 },
    });
    expect((await move(router, room, third.id)).body).toMatchObject({ from: next.id, epoch: 12 });
    next.api.override = () => elsewhere(home);
    const asked = home.api.count(NodeApi.move) + next.api.count(NodeApi.move);
    expectUnavailable(await move(router, room, third.id), "NO_HOME");
    expect(home.api.count(NodeApi.move) + next.api.count(NodeApi.move)).toBe(asked + 3);
  });

  it("is refused where the target cannot take rooms", async () => {
    const { lab, router } = await start();
    await write(router, room, "hello");
    const home = await lab.homeOf(room);
    const to = lab.other(home);
    const unknown = { status: 404, body: { code: "UNKNOWN_NODE" } };
    expect(await move(router, room, "nobody")).toMatchObject(unknown);
    const refusedAs = async (why: string): Promise<void> => {
      const detail = expect.stringContaining(why);
      const conflict = { status: 409, body: { code: "CONFLICT", detail } };
      expect(await move(router, room, to.id)).toMatchObject(conflict);
    };
    await to.announce("draining");
    await refusedAs("draining");
    await to.crash();
    await lab.bury(to);
    await refusedAs("lost");
    expect(await lab.homeOf(room)).toBe(home);
  });
});

describe("CS6: reading", () => {
  it("gives what the home has, durable or not, and else what is stored", async () => {
    const { lab, router } = await start();
    expect((await readText(router, room)).status).toBe(404);
    const ada = lab.yWebsocket(router, room);
    await eventually(() => ada.synced);
    const home = await lab.homeOf(room);
    ada.doc.getText("text").insert(0, "durable");
    await eventually(async () => (await readText(router, room)).text === "durable");
    home.storeAway = true;
    ada.doc.getText("text").insert(0, "not yet ");
    await eventually(async () => (await readText(router, room)).text === "not yet durable");
    home.storeAway = false;
    ada.close();
    await home.forget(room);
    const reads = home.api.count(NodeApi.read);
    expect((await readText(router, room)).text).toBe("not yet durable");
    expect(home.api.count(NodeApi.read)).toBe(reads);
    // It is given no home for that.
    expect((await lab.directory.lookup(room))?.state).toBe("released");
  });

  it("says so where the home does not answer", async () => {
    const { lab, router } = await start({ clientLimits: { workMs: 100 } });
    await write(router, room, "hello");
    (await lab.homeOf(room)).api.override = () => "hang";
    expectUnavailable(await readText(router, room));
  });
});

describe("CS7: writing", () => {
  it("is durable when it is answered, and seen by everybody", async () => {
    const { lab, router } = await start();
    const ada = lab.yWebsocket(await lab.router(), room);
    await eventually(() => ada.synced);
    expect((await write(router, room, "hello")).status).toBe(204);
    expect((await lab.stored(room)).getText("text").toString()).toBe("hello");
    await eventually(() => ada.doc.getText("text").toString() === "hello");
  });

  it("survives the move of its room", async () => {
    const { lab, router } = await start();
    await write(router, room, "first ");
    const home = await lab.homeOf(room);
    const words = Array.from({ length: 20 }, (_, index) => `word${index} `);
    const writing = Promise.all(words.map((word) => write(router, room, word)));
    await home.move(room, lab.other(home));
    for (const { status } of await writing) expect(status).toBe(204);
    const text = (await lab.stored(room)).getText("text").toString();
    for (const word of ["first ", ...words]) expect(text).toContain(word);
  });

  it("survives the death of its home", async () => {
    const { lab, router } = await start();
    await write(router, room, "first");
    const home = await lab.homeOf(room);
    home.storeAway = true;
    let answered = false;
    const writing = write(router, room, "second").then((answer) => {
      answered = true;
      return answer;
    });
    await eventually(() => home.host.get(room)?.durable === false);
    expect(answered).toBe(false);
    await home.crash();
    expect((await writing).status).toBe(204);
    const text = (await lab.stored(room)).getText("text").toString();
    expect(text).toContain("first");
    expect(text).toContain("second");
  });

  it("is refused where it builds on edits that are not there, and where it is no update", async () => {
    const { router } = await start();
    const doc = new Y.Doc();
    doc.getText("text").insert(0, "missing");
    const before = Y.encodeStateVector(doc);
    doc.getText("text").insert(7, " present");
    const gap = Y.encodeStateAsUpdate(doc, before);
    const patch = (bytes: Uint8Array) =>
      ask(router, `${pathOf(room)}/document`, { method: "PATCH", bytes });
    const refused = { status: 409, body: { code: "UPDATE_GAP" } };
    expect(await patch(gap)).toMatchObject(refused);
    // Nobody answers any more for what was refused.
    await eventually(() => router.homes.status().unsettledBytes === 0);
    const malformed = { status: 400, body: { code: "UPDATE_REFUSED" } };
    expect(await patch(Uint8Array.of(9, 9, 9))).toMatchObject(malformed);
  });

  it("that does not become durable in time is UNAVAILABLE", async () => {
    const { lab, router } = await start({ serviceLimits: { writeMs: 200 } });
    await write(router, room, "hello");
    (await lab.homeOf(room)).storeAway = true;
    expectUnavailable(await write(router, room, "more"));
    await eventually(() => router.homes.status().unsettledBytes === 0);
    (await lab.homeOf(room)).storeAway = false;
  });
});

describe("CS8: removing", () => {
  it("closes the room's sessions with 4404 at every router, and leaves nothing", async () => {
    const { lab, router } = await start();
    const clients = [lab.yWebsocket(router, room), lab.yWebsocket(await lab.router(), room)];
    await eventually(() => clients.every(({ synced }) => synced));
    await write(router, room, "hello");
    expect((await remove(router, room)).status).toBe(204);
    await eventually(() => clients.every(({ closes }) => closes[0]?.code === 4404));
    expect(await lab.store.describe(room)).toBeNull();
  });

  it("takes a room that has no home, and one that was never there", async () => {
    const { lab, router } = await start();
    await stored(lab, router, room);
    expect((await remove(router, room)).status).toBe(204);
    expect(await lab.store.describe(room)).toBeNull();
    expect((await remove(router, roomName("never"))).status).toBe(204);
  });
});

describe("CS9: nodes", () => {
  it("are listed, drained, and put back into service", async () => {
    const { lab, router } = await start();
    const [one, two] = lab.coordinators as [TestCoordinator, TestCoordinator];
    await two.announce("draining");
    const answer = await ask(router, "nodes");
    expect(answer.body?.nodes).toMatchObject([
      { id: one.id, status: "active", url: one.url, rooms: 0, incarnation: expect.any(String) },
      { id: two.id, status: "draining", url: two.url },
    ]);
    expect((await ask(router, `nodes/${one.id}/drain`, { method: "POST" })).status).toBe(202);
    expect(one.api.count(NodeApi.drain)).toBe(1);
    expect((await ask(router, `nodes/${two.id}/resume`, { method: "POST" })).status).toBe(202);
    expect(two.api.count(NodeApi.resume)).toBe(1);
    const unknown = await ask(router, "nodes/nobody/drain", { method: "POST" });
    expect(unknown).toMatchObject({ status: 404, body: { code: "UNKNOWN_NODE" } });
  });

  it("that died are lost, and are given no orders", async () => {
    const { lab, router } = await start();
    const [one] = lab.coordinators as [TestCoordinator];
    await one.crash();
    await lab.bury(one);
    const { body } = await ask(router, "nodes");
    expect(body?.nodes).toMatchObject([{ id: one.id, status: "lost", rooms: 0 }, { id: "b" }]);
    const drained = await ask(router, `nodes/${one.id}/drain`, { method: "POST" });
    expect(drained).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
  });

  it("that do not answer an order are said to be unreachable", async () => {
    const { lab, router } = await start({ clientLimits: { answerMs: 100 } });
    const [one, two] = lab.coordinators as [TestCoordinator, TestCoordinator];
    one.api.override = () => "hang";
    expectUnavailable(await ask(router, `nodes/${one.id}/drain`, { method: "POST" }));
    await two.crash();
    expectUnavailable(await ask(router, `nodes/${two.id}/drain`, { method: "POST" }));
  });
});

describe("CS10: while Redis is away", () => {
  async function startWithoutRedis() {
    const lab = await startLab();
    // Only what routers read: the homes in this lab have a store of their own.
    const store = new MemorySharedStore(lab.primary);
    const router = await lab.router({ store });
    const leave = () => {
      lab.primary.fault = () => "before";
    };
    onTestFinished(() => {
      lab.primary.fault = () => null;
    });
    return { lab, router, leave };
  }

  it("whatever needs it is UNAVAILABLE, and says when to come again", async () => {
    const { router, leave } = await startWithoutRedis();
    leave();
    expectUnavailable(await ask(router, "rooms"));
    expectUnavailable(await ask(router, pathOf(room)));
    expectUnavailable(await ask(router, "nodes"));
    expectUnavailable(await readText(router, room));
    expectUnavailable(await move(router, room, "a"));
    expectUnavailable(await remove(router, room));
    expectUnavailable(await ask(router, `${pathOf(room)}/home`, { method: "POST" }));
    expectUnavailable(await ask(router, "nodes/a/drain", { method: "POST" }));
  });

  it("rooms that this router serves are found and read", async () => {
    const { lab, router, leave } = await startWithoutRedis();
    const ada = lab.yWebsocket(router, room);
    await eventually(() => ada.synced);
    ada.doc.getText("text").insert(0, "here");
    const home = await lab.homeOf(room);
    leave();
    const owner = { node: home.id };
    const found = await ask(router, `${pathOf(room)}/home`, { method: "POST" });
    expect(found).toMatchObject({ status: 200, body: { owner } });
    await eventually(async () => (await readText(router, room)).text === "here");
  });

  it("nodes are listed as they were, and their ages grow", async () => {
    const { router, leave } = await startWithoutRedis();
    const ages = async (): Promise<number[]> => {
      const { status, body } = await ask(router, "nodes");
      expect(status).toBe(200);
      const { nodes } = body as unknown as { nodes: { leaseAgeMs: number }[] };
      return nodes.map(({ leaseAgeMs }) => leaseAgeMs);
    };
    // Also where nobody has asked for the list before: routing has.
    await router.homes.homeOf(room);
    leave();
    expect(await ages()).toHaveLength(2);
    const then = await ages();
    await eventually(async () =>
      (await ages()).every((age, index) => age >= (then[index] ?? 0) + 50),
    );
  });
});
