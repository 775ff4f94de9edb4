import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  decodeHomeFrames,
  encodeRouterFrame,
  type HomeFrame,
  LINK_VERSION,
  linkAuthorization,
  linkUrl,
  type RoomName,
  type RouterFrame,
} from "@homeroom/protocol";
import type { Audience, HomeChannel, Homes, Logger } from "@homeroom/room";
import { systemClock } from "@homeroom/room";
import { eventually } from "@homeroom/testkit";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import {
  createLinkServer,
  type LinkCut,
  type LinkSecret,
  type LinkServer,
  type LinkServerLimits,
  silentLinkMeter,
} from "../../src/index.js";

const SECRET = "the cluster's secret";
const room = "docs/plan" as RoomName;
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A home that says only what a test tells it to. */
class FakeHomes implements Homes {
  readonly calls: string[] = [];
  audience: Audience | null = null;

  subscribe(_room: RoomName, audience: Audience): HomeChannel {
    this.audience = audience;
    const note =
      (name: string) =>
      (...rest: unknown[]): void => {
        this.calls.push([name, ...rest.filter((each) => !(each instanceof Uint8Array))].join(" "));
      };
    return {
      join: note("join"),
      syncStep1: note("syncStep1"),
      update: note("update"),
      awareness: note("awareness"),
      queryAwareness: note("queryAwareness"),
      leave: note("leave"),
      resume: note("resume"),
      unsubscribe: note("unsubscribe"),
    };
  }
}

interface Lab {
  readonly url: string;
  readonly homes: FakeHomes;
  readonly server: LinkServer;
  readonly cuts: LinkCut[];
}

async function start(
  limits: Partial<LinkServerLimits> = {},
  secret: LinkSecret = SECRET,
): Promise<Lab> {
  const homes = new FakeHomes();
  const cuts: LinkCut[] = [];
  const server = createLinkServer({
    homes,
    node: { id: "one", incarnation: () => 7 },
    secret,
    clock: systemClock,
    logger: silent,
    meter: { ...silentLinkMeter, linkCut: (why) => cuts.push(why) },
    limits,
  });
  const http = createServer();
  http.on("upgrade", (request, socket, head) => {
    if (!server.handleUpgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await server.close();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, homes, server, cuts };
}

class RawLink {
  readonly frames: HomeFrame[] = [];
  readonly ws: WebSocket;
  code: number | null = null;

  constructor(url: string, authorization: string | null = linkAuthorization(SECRET)) {
    this.ws = new WebSocket(linkUrl(url), { headers: authorization ? { authorization } : {} });
    this.ws.on("message", (data: Buffer) => this.frames.push(...decodeHomeFrames(data)));
    this.ws.on("error", () => undefined);
    this.ws.on("close", (code) => {
      this.code = code;
    });
    onTestFinished(() => this.ws.terminate());
  }

  say(...frames: readonly RouterFrame[]): void {
    this.ws.send(Buffer.concat(frames.map(encodeRouterFrame)));
  }

  async greet(): Promise<this> {
    await eventually(() => this.ws.readyState === WebSocket.OPEN);
    this.say({ type: "hello", version: LINK_VERSION, router: "r" });
    await eventually(() => this.frames.length === 1);
    return this;
  }
}

/** Opens a channel for a room of its own. @returns whom the home tells */
async function opened({ homes }: Lab, link: RawLink, channel: number): Promise<Audience> {
  homes.audience = null;
  link.say({ type: "open", channel, room: `${room}/${channel}` as RoomName });
  return await eventually(() => homes.audience);
}

it("LS1: only who knows the secret gets a link; without one, only who is on this machine", async () => {
  const lab = await start();
  for (const authorization of [null, "Bearer wrong", linkAuthorization(`${SECRET} `)]) {
    const link = new RawLink(lab.url, authorization);
    await eventually(() => link.code !== null);
  }
  expect(lab.cuts).toEqual(["unauthorized", "unauthorized", "unauthorized"]);
  expect(lab.server.links).toBe(0);
  const link = await new RawLink(lab.url).greet();
  expect(link.frames).toEqual([
    { type: "hello", version: LINK_VERSION, node: "one", incarnation: 7 },
  ]);
  expect(lab.server.links).toBe(1);
  const open = await start({}, { anybodyOnLoopback: true });
  await new RawLink(open.url, null).greet();
});

it.each([
  ["bytes that are no frames", Uint8Array.of(99)],
  ["a frame before the hello", encodeRouterFrame({ type: "open", channel: 1, room })],
  ["another version", encodeRouterFrame({ type: "hello", version: 99, router: "r" })],
])("LS2: %s cut the link", async (_, bytes) => {
  const lab = await start();
  const link = new RawLink(lab.url);
  await eventually(() => link.ws.readyState === WebSocket.OPEN);
  link.ws.send(bytes);
  await eventually(() => link.code === 1002);
  expect(lab.cuts).toEqual(["malformed"]);
});

it("LS2: who says nothing in time is cut off", async () => {
  const lab = await start({ helloMs: 20 });
  const link = new RawLink(lab.url);
  await eventually(() => link.code === 1002);
});

it("LS3: what the router says reaches the home, and ends with the channel or the link", async () => {
  const lab = await start();
  const link = await new RawLink(lab.url).greet();
  const to = { channel: 1, session: 4 };
  const bytes = Uint8Array.of(0);
  link.say(
    { type: "open", channel: 1, room },
    { type: "join", ...to, access: "write" },
    { type: "resume", channel: 1, upTo: null },
    { type: "step1", ...to, stateVector: bytes },
    { type: "update", ...to, number: 3, kind: "step2", update: bytes },
    { type: "awareness", ...to, update: bytes },
    { type: "query", ...to },
    { type: "leave", ...to },
    { type: "shut", channel: 1 },
    { type: "join", ...to, access: "write" },
    { type: "open", channel: 2, room },
  );
  await eventually(() => lab.homes.calls.length === 8);
  expect(lab.homes.calls).toEqual([
    "join 4 write true",
    "resume ",
    "syncStep1 4",
    "update 4 3 step2",
    "awareness 4",
    "queryAwareness 4",
    "leave 4",
    "unsubscribe",
  ]);
  link.ws.terminate();
  await eventually(() => lab.homes.calls.length === 9);
  expect(lab.homes.calls.at(-1)).toBe("unsubscribe");
});

it("LS4: while much waits for a room, awareness is left out and states that are asked for wait", async () => {
  const lab = await start({ softBufferBytes: 1_000, windowBytes: 1_000, batchBytes: 500 });
  const link = await new RawLink(lab.url).greet();
  const audience = await opened(lab, link, 1);
  link.ws.pause();
  const large = new Uint8Array(8 * 1024 * 1024);
  audience.broadcastUpdate(large, null);
  audience.broadcastUpdate(large, null);
  audience.broadcastAwareness(Uint8Array.of(0));
  await eventually(() => lab.server.buffered > large.length);
  const pending = { type: "step1", channel: 1, session: 2, stateVector: Uint8Array.of(0) } as const;
  link.ws.send(encodeRouterFrame(pending));
  link.ws.send(encodeRouterFrame({ type: "query", channel: 1, session: 2 }));
  await eventually(() => lab.homes.calls.length === 1);
  expect(lab.homes.calls).toEqual(["queryAwareness 2"]);
  link.ws.resume();
  await eventually(() => lab.homes.calls.includes("syncStep1 2"));
  await eventually(() => link.frames.length === 3);
  expect(link.frames.map(({ type }) => type)).toEqual(["hello", "update", "update"]);
});

it("LS5: a room for which too much waits starts afresh, and the others on the link go on", async () => {
  const lab = await start({ maxChannelBytes: 10_000, windowBytes: 1 });
  const link = await new RawLink(lab.url).greet();
  const flooding = await opened(lab, link, 1);
  const other = await opened(lab, link, 2);
  for (let count = 0; count < 11; count++) flooding.broadcastUpdate(new Uint8Array(1_000), null);
  other.settled(1, 1);
  await eventually(() => link.frames.some(({ type }) => type === "settled"));
  const moved = link.frames.filter(({ type }) => type === "moved");
  expect(moved).toEqual([{ type: "moved", channel: 1, to: null, upTo: null }]);
  expect(lab.homes.calls).toEqual(["unsubscribe"]);
});

it("LS8: what a quiet room has to say passes what a flooding one has waiting", async () => {
  const [floods, size] = [512, 64 * 1024];
  const lab = await start({ windowBytes: size, quantumBytes: size, batchBytes: size });
  const link = await new RawLink(lab.url).greet();
  const flooding = await opened(lab, link, 1);
  const quiet = await opened(lab, link, 2);
  link.ws.pause();
  for (let count = 0; count < floods; count++) {
    flooding.broadcastUpdate(new Uint8Array(size), null);
  }
  // The flood is under way: the kernel takes some of it, and the rest waits.
  await eventually(() => lab.server.buffered < floods * size);
  const waiting = Math.floor(lab.server.buffered / size);
  expect(waiting).toBeGreaterThan(floods / 2);
  quiet.broadcastUpdate(Uint8Array.of(0), null);
  link.ws.resume();
  await eventually(() => link.frames.length === 1 + floods + 1);
  const channels = link.frames.flatMap((frame) => ("channel" in frame ? [frame.channel] : []));
  const behind = channels.length - 1 - channels.indexOf(2);
  // It waited for what was on its way, and for the other's turn.
  expect(behind).toBeGreaterThan(waiting - 4);
});

it("LS6: closing tells every channel that the room is not here any more, and lets nobody in", async () => {
  const lab = await start();
  const link = await new RawLink(lab.url).greet();
  const audience = await opened(lab, link, 1);
  audience.settled(3, 9);
  const closing = lab.server.close();
  await closing;
  await lab.server.close();
  await eventually(() => link.code === 1012);
  expect(link.frames.slice(1)).toEqual([
    { type: "settled", channel: 1, session: 3, number: 9 },
    { type: "moved", channel: 1, to: null, upTo: null },
  ]);
  expect(lab.homes.calls).toEqual(["unsubscribe"]);
  expect(lab.server.links).toBe(0);
  const late = new RawLink(lab.url);
  await eventually(() => late.code !== null);
  expect(lab.cuts).toEqual(["limit"]);
});

it("LS7: a router that is silent is cut off", async () => {
  const lab = await start({ heartbeatMs: 20, silentBeats: 3 });
  const link = await new RawLink(lab.url).greet();
  link.ws.pause();
  await eventually(() => lab.cuts.includes("silent"));
  await eventually(() => lab.server.links === 0);
});
