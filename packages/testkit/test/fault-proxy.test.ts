import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually, FaultProxy } from "../src/index.js";

/** Answers every chunk with itself in capitals, and remembers what it was sent. */
let echo: Server;
let heard: string;
let served: Set<Socket>;
let proxy: FaultProxy;
const clients: Client[] = [];

/** What a client knows of its connection. */
class Client {
  received = "";
  ended = false;
  error: string | null = null;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (data) => {
      this.received += data;
    });
    this.socket.on("end", () => {
      this.ended = true;
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? "";
    });
    clients.push(this);
  }

  async hears(text: string): Promise<void> {
    await eventually(() => this.received === text, {
      message: () => `client hears ${text}, not ${this.received}`,
    });
  }
}

beforeEach(async () => {
  heard = "";
  served = new Set();
  echo = createServer((socket) => {
    served.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      heard += data;
      socket.write(data.toString().toUpperCase());
    });
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  proxy = await FaultProxy.start({ port: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await proxy.close();
  for (const socket of served) socket.destroy();
  echo.close();
});

test("without a fault bytes and ends pass both ways", async () => {
  const client = new Client(proxy.port);
  client.socket.write("hello");
  await client.hears("HELLO");
  client.socket.end();
  await eventually(() => client.ended);
  await eventually(() => proxy.connections === 0);
});

test("a delay holds every chunk for its time and keeps their order", async () => {
  const client = new Client(proxy.port);
  proxy.delay(60, "up");
  const start = performance.now();
  for (const letter of ["a", "b", "c"]) client.socket.write(letter);
  await client.hears("ABC");
  expect(performance.now() - start).toBeGreaterThanOrEqual(59);
});

test("a way that is held lets nothing through until it heals, and loses nothing", async () => {
  const client = new Client(proxy.port);
  client.socket.write("one ");
  await client.hears("ONE ");
  proxy.hold("down");
  client.socket.write("two ");
  await eventually(() => heard === "one two ");
  expect(client.received).toBe("ONE ");
  proxy.heal();
  await client.hears("ONE TWO ");
});

test("a peer that dies behind a held way is not noticed before it heals", async () => {
  const client = new Client(proxy.port);
  client.socket.write("a");
  await client.hears("A");
  proxy.hold("down");
  for (const socket of served) socket.resetAndDestroy();
  const other = new Client(proxy.port);
  other.socket.write("b");
  await eventually(() => heard === "ab");
  expect(client.error).toBeNull();
  proxy.heal();
  await eventually(() => client.error === "ECONNRESET");
  await other.hears("B");
});

test("swallowed bytes never arrive, and their connection is reset when the proxy heals", async () => {
  const [loser, other] = [new Client(proxy.port), new Client(proxy.port)];
  other.socket.write("x");
  loser.socket.write("a");
  await loser.hears("A");
  await other.hears("X");
  proxy.swallow("up");
  loser.socket.write("b");
  await eventually(() => proxy.lost === 1);
  proxy.hold("up");
  await eventually(() => loser.error === "ECONNRESET");
  expect(heard).not.toContain("b");
  proxy.heal();
  other.socket.write("y");
  await other.hears("XY");
});

test("a lost reply: the command arrives, its answer does not, the connection is reset", async () => {
  const [loser, other] = [new Client(proxy.port), new Client(proxy.port)];
  other.socket.write("x");
  await other.hears("X");
  proxy.loseNextReply();
  loser.socket.write("set");
  await eventually(() => loser.error === "ECONNRESET");
  expect(heard).toBe("xset");
  expect(loser.received).toBe("");
  other.socket.write("y");
  await other.hears("XY");
});

test("refused connections fail at once, open ones go on, and the port is the same after", async () => {
  const before = new Client(proxy.port);
  before.socket.write("a");
  await before.hears("A");
  await proxy.refuse();
  const refused = new Client(proxy.port);
  await eventually(() => refused.error === "ECONNREFUSED");
  before.socket.write("b");
  await before.hears("AB");
  await proxy.accept();
  const after = new Client(proxy.port);
  after.socket.write("c");
  await after.hears("C");
});

test("many bytes held in the proxy make the sender wait, and arrive whole", async () => {
  const client = new Client(proxy.port);
  proxy.hold("up");
  const size = 16 * 1024 * 1024;
  client.socket.write("z".repeat(size));
  await eventually(() => client.socket.writableLength > 0);
  proxy.heal();
  await eventually(() => heard.length === size, { within: 10_000 });
  await eventually(() => client.received.length === size, { within: 10_000 });
});

test("a redirected proxy leads newcomers elsewhere, and knows which connections go where", async () => {
  const from: number[] = [];
  proxy.onConnect = (port) => from.push(port);
  const before = new Client(proxy.port);
  before.socket.write("a");
  await before.hears("A");
  const mute = createServer((socket) => served.add(socket.on("error", () => undefined)));
  mute.listen(0, "127.0.0.1");
  await once(mute, "listening");
  const other = (mute.address() as AddressInfo).port;
  proxy.redirect(other);
  const after = new Client(proxy.port);
  await eventually(() => proxy.connectionsTo(other) === 1);
  expect(after.error).toBeNull();
  expect(proxy.connectionsTo((echo.address() as AddressInfo).port)).toBe(1);
  before.socket.write("b");
  await before.hears("AB");
  const ports = [...served].map(({ remotePort }) => remotePort);
  expect(new Set(from)).toEqual(new Set(ports));
  mute.close();
});
