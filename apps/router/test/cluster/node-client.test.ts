import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { NodeClient, type NodeClientLimits } from "@homeroom/cluster";
import { NodeApi, type RoomName } from "@homeroom/protocol";
import { ElsewhereError, ServiceError, systemClock } from "@homeroom/room";
import { eventually } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { roomName } from "../routes/lab.js";
import { NodeStub, type StubAnswer } from "./node-stub.js";

const SECRET = "ünlike others";
const room = roomName("docs/plan");

interface Started {
  readonly server: Server;
  readonly stub: NodeStub;
  readonly client: NodeClient;
  readonly node: { readonly node: string; readonly url: string };
  answer: StubAnswer;
}

/** One coordinator that answers what it is told to, behind an address with a path. */
async function start(
  limits: Partial<NodeClientLimits> = {},
  secret: string | null = SECRET,
): Promise<Started> {
  const server = createServer();
  const started: { answer: StubAnswer } = { answer: { status: 204 } };
  const stub = new NodeStub(server, SECRET, () => started.answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new NodeClient({ secret, clock: systemClock, limits });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const node = { node: "a", url: `http://127.0.0.1:${port}` };
  return Object.assign(started, { server, stub, client, node });
}

const unavailable = (message: RegExp) =>
  expect.objectContaining({ code: "UNAVAILABLE", message: expect.stringMatching(message) });

/** Why the work failed. */
const failure = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
};

describe("CS11: asking a coordinator", () => {
  it("sends orders to the address that the node announces, over connections that are kept", async () => {
    const { server, stub, client, node } = await start();
    let connections = 0;
    server.on("connection", () => connections++);
    await client.remove({ ...node, url: `${node.url}/behind/a/proxy/` }, room);
    await client.drain({ ...node, url: node.url.replace("http:", "ws:") });
    for (let again = 0; again < 8; again++) await client.resume(node);
    await client.prepare(node, room, true);
    const prepared = { path: NodeApi.prepare, order: { room, live: true } };
    expect(stub.requests.at(-1)).toEqual(prepared);
    expect(stub.requests.slice(0, 3).map(({ path, order }) => [path, order])).toEqual([
      [`/behind/a/proxy${NodeApi.remove}`, { room }],
      [NodeApi.drain, {}],
      [NodeApi.resume, {}],
    ]);
    // The one before is not always free again at once.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it("gives the node's answers, and its refusals as they are", async () => {
    const started = await start();
    const { client, node } = started;
    expect(await client.read(node, room)).toBeNull();
    started.answer = { status: 200, body: Uint8Array.of(1, 2, 3) };
    expect(new Uint8Array((await client.read(node, room)) ?? [])).toEqual(Uint8Array.of(1, 2, 3));
    const live = { status: "live", epoch: 7, sessions: 2, durable: true };
    started.answer = { status: 200, body: { rooms: [live, null] } };
    expect(await client.rooms(node, [room, roomName("b")])).toEqual([live, null]);
    started.answer = { status: 409, body: { code: "CONFLICT", message: "it is leaving" } };
    const conflict = await failure(client.move(node, room, "b"));
    expect(conflict).toBeInstanceOf(ServiceError);
    expect(conflict).toMatchObject({ code: "CONFLICT", message: "it is leaving" });
    const owner = { node: "b", url: "http://b", epoch: 9 };
    started.answer = { status: 409, body: { code: "ELSEWHERE", message: "not here", owner } };
    const elsewhere = await failure(client.remove(node, room));
    expect(elsewhere).toBeInstanceOf(ElsewhereError);
    expect(elsewhere).toMatchObject({ owner });
    started.answer = { status: 409, body: { code: "ELSEWHERE", message: "not here" } };
    expect(await failure(client.remove(node, room))).toMatchObject({ code: "NO_HOME" });
  });

  it("waits for no answer longer than its time, also in the middle of one", async () => {
    const started = await start({ answerMs: 80, workMs: 120, moveMs: 100 });
    const { server, client, node } = started;
    started.answer = "hang";
    expect(await failure(client.rooms(node, [room]))).toEqual(unavailable(/does not answer/));
    expect(await failure(client.move(node, room, "b"))).toEqual(unavailable(/does not answer/));
    server.removeAllListeners("request");
    server.on("request", (_request, response) => response.write("half"));
    expect(await failure(client.read(node, room))).toEqual(unavailable(/does not answer/));
  });

  it("takes no answer that is larger than it may be", async () => {
    const started = await start({ answerBytes: 1_000, documentBytes: 2_000 });
    const { server, client, node } = started;
    started.answer = { status: 200, body: new Uint8Array(2_001) };
    const tooLarge = await failure(client.read(node, room));
    expect(tooLarge).toEqual(unavailable(/does not answer/));
    expect(tooLarge).toMatchObject({ cause: { message: "the answer has more than 2000 bytes" } });
    started.answer = { status: 500, body: { code: "INTERNAL", message: "x".repeat(1_000) } };
    expect(await failure(client.read(node, room))).toEqual(unavailable(/does not answer/));
    // One that never ends is cut.
    let open = 0;
    server.on("connection", (socket) => {
      open++;
      socket.on("close", () => open--);
    });
    server.removeAllListeners("request");
    server.on("request", (_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(64 * 1024), () => setImmediate(more));
      };
      more();
    });
    expect(await failure(client.rooms(node, [room]))).toEqual(unavailable(/does not answer/));
    await eventually(() => open === 0);
  });

  it.each([
    ["no JSON", { status: 200, body: new Uint8Array([60, 104]) }],
    ["other JSON", { status: 200, body: { rooms: "all of them" } }],
    ["numbers that cannot be", { status: 200, body: { rooms: [{ status: "live", epoch: -1 }] } }],
    ["an answer too many", { status: 200, body: { rooms: [null, null] } }],
    ["an error of somebody else", { status: 502, body: { message: "bad gateway" } }],
  ])("does not believe %s", async (_, answer) => {
    const started = await start();
    started.answer = answer;
    const { client, node } = started;
    expect(await failure(client.rooms(node, [room]))).toEqual(unavailable(/^a at http/));
  });

  it("names what is wrong with the secret, with the address, and with a node that is gone", async () => {
    const strangers = [await start({}, "another"), await start({}, null)];
    for (const { client, node, stub } of strangers) {
      expect(await failure(client.drain(node))).toEqual(unavailable(/--cluster-secret/));
      expect(stub.requests).toEqual([]);
    }
    const { client, node, server } = await start();
    const nowhere = { node: "b", url: "nowhere" };
    expect(await failure(client.drain(nowhere))).toEqual(unavailable(/^b does not answer at now/));
    await new Promise((resolve) => server.close(resolve));
    expect(await failure(client.drain(node))).toEqual(unavailable(/does not answer/));
  });

  it("tells an error inside the node from one that will pass", async () => {
    const started = await start();
    started.answer = { status: 500, body: { code: "INTERNAL", message: "a bug" } };
    const error = await failure(started.client.drain(started.node));
    expect(error).not.toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ message: "a answers INTERNAL: a bug" });
  });

  it("ends what is under way when it is closed, and leaves no connection", async () => {
    const started = await start();
    const { server, stub, client, node } = started;
    let open = 0;
    server.on("connection", (socket) => {
      open++;
      socket.on("close", () => open--);
    });
    await client.drain(node);
    started.answer = "hang";
    const asking = failure(client.read(node, room as RoomName));
    await eventually(() => stub.count(NodeApi.read) === 1);
    await client.close();
    await client.close();
    expect(await asking).toEqual(unavailable(/does not answer/));
    await eventually(() => open === 0);
    expect(await failure(client.drain(node))).toEqual(unavailable(/does not answer/));
  });
});
