import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import {
  type ClientMessage,
  CloseCode,
  checkAwarenessState,
  decodeAwareness,
  decodeClientMessage,
  decodeStateVector,
  detectDialect,
  EMPTY_AWARENESS,
  encodeAuthenticated,
  encodeAwarenessMessage,
  encodeClose,
  encodeDenied,
  encodeSync,
  encodeSyncStatus,
  parseAddress,
  Reader,
  readAddressBytes,
  scanUpdate,
} from "../src/index.js";
import { type ScriptedSocket, scriptedSockets } from "./support/scripted-socket.js";

const leftOpen: (() => void)[] = [];
const consoleError = vi.spyOn(console, "error");

beforeEach(() => {
  consoleError.mockClear();
});

afterEach(() => {
  for (const close of leftOpen.splice(0)) close();
  // What a stock client says where a message is none that it knows.
  expect(consoleError).not.toHaveBeenCalled();
});

/** Everything that the server would check of a message, or it throws. */
function check(message: ClientMessage): ClientMessage["type"] {
  switch (message.type) {
    case "step1":
      decodeStateVector(message.stateVector);
      break;
    case "step2":
    case "update":
      scanUpdate(message.update);
      break;
    case "awareness":
      for (const entry of decodeAwareness(message.update)) checkAwarenessState(entry);
  }
  return message.type;
}

/** A colleague's document and awareness, for the server to tell of. */
function colleague(): { doc: Y.Doc; update: Uint8Array; awareness: Uint8Array } {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "from a colleague 🎉");
  const awareness = new Awareness(doc);
  leftOpen.push(() => doc.destroy());
  awareness.setLocalState({ user: { name: "Ada" } });
  return {
    doc,
    update: Y.encodeStateAsUpdate(doc),
    awareness: encodeAwarenessUpdate(awareness, [doc.clientID]),
  };
}

const QUERY_AWARENESS = Uint8Array.of(3);

describe("y-websocket", () => {
  function connect(): { provider: WebsocketProvider; socket: ScriptedSocket; doc: Y.Doc } {
    const { made, Socket } = scriptedSockets();
    const doc = new Y.Doc();
    const provider = new WebsocketProvider("ws://server", "room", doc, {
      WebSocketPolyfill: Socket as never,
      disableBc: true,
    });
    leftOpen.push(() => {
      provider.destroy();
      doc.destroy();
    });
    return { provider, socket: made[0] as ScriptedSocket, doc };
  }

  const received = ({ sent }: ScriptedSocket): string[] =>
    sent.map((bytes) => check(decodeClientMessage(new Reader(bytes), "y-websocket")));

  it("P3: every message that a client sends is read", () => {
    const { provider, socket, doc } = connect();
    provider.awareness.setLocalState({ user: "Bob" });
    doc.getMap("map").set("before", "opening");
    socket.open();
    doc.getText("text").insert(0, "hello");
    doc.getText("text").delete(0, 1);
    provider.awareness.setLocalStateField("cursor", { anchor: 1 });
    const { doc: other, update, awareness } = colleague();
    socket.say(encodeSync("step1", Y.encodeStateVector(other)));
    socket.say(encodeSync("update", update));
    socket.say(encodeAwarenessMessage(awareness));
    socket.say(QUERY_AWARENESS);
    provider.awareness.setLocalState(null);
    const kinds = ["step1", "awareness", "update", "update", "awareness", "step2"];
    expect(received(socket)).toEqual([...kinds, "awareness", "awareness", "awareness"]);
    expect(detectDialect(socket.sent[0] as Uint8Array)).toBe("y-websocket");
  });

  it("P5: an application that sets awareness when it is connected sends that first", () => {
    const { provider, socket } = connect();
    provider.on("status", ({ status }) => {
      if (status === "connected") provider.awareness.setLocalStateField("user", { name: "Bob" });
    });
    socket.open();
    expect(received(socket)[0]).toBe("awareness");
    expect(detectDialect(socket.sent[0] as Uint8Array)).toBe("y-websocket");
  });

  it("P3: every message that we send is understood", () => {
    const { provider, socket, doc } = connect();
    socket.open();
    const { doc: other, update, awareness } = colleague();
    socket.say(encodeAwarenessMessage(EMPTY_AWARENESS));
    socket.say(encodeSync("step1", Y.encodeStateVector(other)));
    expect(provider.synced).toBe(false);
    socket.say(encodeSync("update", update));
    expect(doc.getText("text").toString()).toBe("from a colleague 🎉");
    socket.say(encodeSync("step2", Uint8Array.of(0, 0)));
    expect(provider.synced).toBe(true);
    socket.say(encodeAwarenessMessage(awareness));
    expect(provider.awareness.getStates().get(other.clientID)).toEqual({ user: { name: "Ada" } });
  });

  it.each(Object.entries(CloseCode))("K1: whether it comes back after %s", (_, code) => {
    const { provider, socket } = connect();
    socket.open();
    socket.hangUp(code, "why");
    expect(provider.shouldConnect).toBe(code < 4400 || code >= 4500);
  });
});

describe("hocuspocus", () => {
  async function connect(
    options: {
      token?: () => Promise<string>;
      sessionAwareness?: boolean;
      flushDelay?: number;
    } = {},
  ): Promise<{ provider: HocuspocusProvider; socket: ScriptedSocket; doc: Y.Doc }> {
    const { made, Socket } = scriptedSockets();
    const websocketProvider = new HocuspocusProviderWebsocket({
      url: "ws://server",
      WebSocketPolyfill: Socket,
    });
    const provider = new HocuspocusProvider({ name: "room é", websocketProvider, ...options });
    provider.attach();
    leftOpen.push(() => {
      provider.destroy();
      websocketProvider.destroy();
      provider.document.destroy();
    });
    await vi.waitFor(() => expect(made).toHaveLength(1));
    const socket = made[0] as ScriptedSocket;
    socket.open();
    await vi.waitFor(() => expect(socket.sent.length).toBeGreaterThanOrEqual(3));
    return { provider, socket, doc: provider.document };
  }

  function received({ sent }: ScriptedSocket, name = "room é"): string[] {
    return sent.map((bytes) => {
      const reader = new Reader(bytes);
      const { room, prefix } = parseAddress(readAddressBytes(reader));
      expect(room).toBe("room é");
      expect(new Reader(prefix).varString()).toBe(name);
      return check(decodeClientMessage(reader, "hocuspocus"));
    });
  }

  const prefixOf = (provider: HocuspocusProvider): Uint8Array => {
    const name = new TextEncoder().encode(provider.effectiveName);
    return parseAddress(name).prefix;
  };

  it.each([
    ["under its name", {}],
    ["with a session of its own", { sessionAwareness: true }],
    ["with a token from a function", { token: async () => "ey.token" }],
  ])("P3: every message that a client sends is read: %s", async (_, options) => {
    const { provider, socket, doc } = await connect(options);
    expect(detectDialect(socket.sent[0] as Uint8Array)).toBe("hocuspocus");
    const prefix = prefixOf(provider);
    doc.getText("text").insert(0, "hello");
    provider.awareness?.setLocalStateField("user", { name: "Bob" });
    provider.sendStateless("what the server has no ear for");
    provider.forceSync();
    const { doc: other } = colleague();
    socket.say(encodeSync("step1", Y.encodeStateVector(other), prefix));
    socket.say(Uint8Array.of(...prefix, ...QUERY_AWARENESS));
    await provider.sendToken();
    provider.detach();
    const start = ["auth", "step1", "awareness", "update", "awareness", "stateless", "step1"];
    expect(received(socket, provider.effectiveName)).toEqual([
      ...start,
      "step2",
      "awareness",
      "auth",
      "close",
    ]);
  });

  it("P3: edits that it collects for a while are read", async () => {
    const { provider, socket, doc } = await connect({ flushDelay: 60_000 });
    doc.getText("text").insert(0, "a");
    doc.getText("text").insert(0, "b");
    doc.getMap("map").set("c", 1);
    provider.flushPendingUpdates();
    expect(received(socket)).toEqual(["auth", "step1", "awareness", "update"]);
  });

  it("P3: every message that we send is understood", async () => {
    const { provider, socket, doc } = await connect();
    const prefix = prefixOf(provider);
    const { doc: other, update, awareness } = colleague();
    socket.say(encodeAuthenticated(prefix, false));
    expect([provider.isAuthenticated, provider.authorizedScope]).toEqual([true, "read-write"]);
    socket.say(encodeAuthenticated(prefix, true));
    expect(provider.authorizedScope).toBe("readonly");
    socket.say(encodeSync("update", update, prefix));
    expect(doc.getText("text").toString()).toBe("from a colleague 🎉");
    socket.say(encodeSync("step2", Uint8Array.of(0, 0), prefix));
    expect(provider.synced).toBe(true);
    socket.say(encodeAwarenessMessage(awareness, prefix));
    expect(provider.awareness?.getStates().get(other.clientID)).toEqual({ user: { name: "Ada" } });
    doc.getText("text").insert(0, "!");
    expect(provider.unsyncedChanges).toBe(2);
    socket.say(encodeSyncStatus(prefix, false));
    expect(provider.unsyncedChanges).toBe(2);
    socket.say(encodeSyncStatus(prefix, true));
    socket.say(encodeSyncStatus(prefix, true));
    expect(provider.hasUnsyncedChanges).toBe(false);
  });

  it("P3: it hears why it was denied, and why its room was closed", async () => {
    const { provider, socket } = await connect();
    const prefix = prefixOf(provider);
    const heard: unknown[] = [];
    provider.on("authenticationFailed", (event: unknown) => heard.push(event));
    provider.on("close", (event: unknown) => heard.push(event));
    socket.say(encodeDenied(prefix, "token é expired"));
    socket.say(encodeClose(prefix, "the room was deleted"));
    expect(heard).toEqual([
      { reason: "token é expired" },
      { event: { code: 1000, reason: "the room was deleted" } },
    ]);
  });
});
