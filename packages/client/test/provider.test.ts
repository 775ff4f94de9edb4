import { deadline, eventually } from "@homeroom/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Awareness } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import { Doc, encodeSnapshot, snapshot } from "yjs";
import {
  HomeroomProvider,
  type HomeroomProviderOptions,
  type SaveState,
  type SaveStatus,
} from "../src/index.js";
import { ScriptedServer } from "./scripted-server.js";

let server: ScriptedServer;
const made: { destroy(): void }[] = [];

beforeEach(async () => {
  server = await ScriptedServer.start();
});

afterEach(async () => {
  for (const each of made.splice(0)) each.destroy();
  await server.kill();
});

function join(options: HomeroomProviderOptions = {}, doc: Doc = new Doc()): HomeroomProvider {
  const provider = new HomeroomProvider(server.url, "minutes", doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
    maxBackoffTime: 50,
    ...options,
  });
  made.push(provider, doc);
  return provider;
}

const type = (provider: { doc: Doc }, text: string): void => {
  const target = provider.doc.getText("text");
  target.insert(target.length, text);
};
const stored = (): string => server.doc.getText("text").toString();
const reaches = (provider: HomeroomProvider, state: SaveState): Promise<true> =>
  eventually(() => provider.saveState === state, {
    message: () => `${state}, but it is ${JSON.stringify(provider.saveStatus)}`,
  });

/** Every status from now on. */
function record(provider: HomeroomProvider): SaveStatus[] {
  const seen: SaveStatus[] = [];
  provider.on("save", (status) => seen.push(status));
  return seen;
}

describe("counting", () => {
  it("PR3: counts each SyncStep2 and update that passes the socket, and nothing else", async () => {
    server.autoAcknowledge = false;
    const provider = join({ resyncInterval: -1 });
    await eventually(() => provider.synced && server.last.counted.length === 1);
    provider.awareness.setLocalStateField("user", { name: "Ada" });
    for (const letter of "abc") type(provider, letter);
    server.last.askForState();
    type(provider, "d");
    await eventually(() => server.last.counted.length === 6);
    expect(server.last.counted.filter((each) => each === "step2")).toHaveLength(2);

    server.last.acknowledge(5);
    await eventually(() => provider.unsavedChanges <= 1);
    expect(provider.saveState).not.toBe("saved");
    server.last.acknowledge(6);
    await reaches(provider, "saved");
  });

  it("PR3: counts from one again on a new connection", async () => {
    const provider = join();
    await reaches(provider, "saved");
    type(provider, "a");
    await reaches(provider, "saved");
    await server.kill();
    await reaches(provider, "offline");
    server.autoAcknowledge = false;
    await server.listen();
    await eventually(() => server.connections.length === 2 && server.last.counted.length === 1);
    expect(provider.saveState).toBe("connecting");
    server.last.acknowledge(1);
    await reaches(provider, "saved");
  });

  it("PR2: asks for acknowledgements whatever params is set to later", async () => {
    const provider = join({ params: { token: "a b&c" } });
    await reaches(provider, "saved");
    expect(server.last.url).toBe("/minutes?token=a+b%26c&ack=1");
    provider.params = { token: "next" };
    await server.kill();
    await server.listen();
    await eventually(() => server.connections.length === 2);
    expect(server.last.url).toBe("/minutes?token=next&ack=1");
  });

  it("PR6: encodes the room name, and refuses what is none", async () => {
    const doc = new Doc();
    const options = { WebSocketPolyfill: WebSocket, disableBc: true };
    const provider = new HomeroomProvider(server.url, "a/ä?#%", doc, options);
    made.push(provider, doc);
    await reaches(provider, "saved");
    expect(decodeURIComponent(new URL(server.last.url, server.url).pathname)).toBe("/a/ä?#%");
    for (const room of ["", "..", "a//b", "a\nb", "x".repeat(256)]) {
      expect(() => new HomeroomProvider(server.url, room, doc, options)).toThrow(
        expect.objectContaining({ code: "invalid-room" }),
      );
    }
    expect(doc._observers.get("update")?.size).toBe(2);
  });
});

describe("saved", () => {
  it("SS1: not before the acknowledgement, however long it takes", async () => {
    server.autoAcknowledge = false;
    const provider = join({ patienceMs: 100 });
    const seen = record(provider);
    await eventually(() => provider.synced && server.last.counted.length === 1);
    type(provider, "a");
    await eventually(() => stored() === "a");
    await reaches(provider, "unsaved");
    await eventually(() => provider.unsavedForMs >= 100);
    expect(seen.map(({ state }) => state)).not.toContain("saved");
    server.last.acknowledge();
    await reaches(provider, "saved");
    expect(provider.unsavedForMs).toBe(0);
  });

  it("SS3: a killed server shows at once, and saved returns with the acknowledgement", async () => {
    const provider = join();
    await reaches(provider, "saved");
    const seen = record(provider);
    server.autoAcknowledge = false;
    type(provider, "a");
    await server.kill();
    await reaches(provider, "unsaved");
    type(provider, "b");
    expect(provider.unsavedChanges).toBe(2);
    await server.listen();
    await eventually(() => server.connections.length === 2 && server.last.counted.length === 1);
    expect(provider.saveState).not.toBe("saved");
    server.last.acknowledge();
    await reaches(provider, "saved");
    expect(stored()).toBe("ab");
    const states = seen.map(({ state }) => state);
    expect(states).toEqual(["saving", "unsaved", "unsaved", "saving", "saved"]);
  });

  it("SS3: a server that is not there is offline, and edits are unsaved until it is", async () => {
    await server.kill();
    const provider = join();
    await reaches(provider, "offline");
    type(provider, "a");
    expect(provider.saveState).toBe("unsaved");
    await server.listen();
    await deadline(provider.whenSaved(), 5000, "saved");
    expect(stored()).toBe("a");
  });

  it("PR5: what the document already held is saved by the first answer", async () => {
    const doc = new Doc();
    doc.getText("text").insert(0, "before");
    const provider = join({ connect: false }, doc);
    expect(provider.saveStatus).toEqual({ state: "unsaved", unsavedChanges: 1 });
    provider.connect();
    await reaches(provider, "saved");
    expect(stored()).toBe("before");
  });

  it("PR13: what the document held when it was last saved has nothing unsaved", async () => {
    await server.kill();
    const doc = new Doc();
    const text = doc.getText("text");
    text.insert(0, "before");
    const savedSnapshot = encodeSnapshot(snapshot(doc));
    const same = join({ savedSnapshot, patienceMs: 100 }, doc);
    expect(same.unsavedChanges).toBe(0);
    await reaches(same, "offline");
    expect(same.unsavedUpdate).toBeNull();
    // Written with no provider around, or deleted, which no state vector tells.
    same.destroy();
    text.insert(0, "x");
    expect(join({ savedSnapshot }, doc).unsavedChanges).toBe(1);
    text.delete(0, 1);
    const after = encodeSnapshot(snapshot(doc));
    text.delete(0, 1);
    expect(join({ savedSnapshot: after }, doc).unsavedChanges).toBe(1);
  });

  it("SS1: changes of others do not count as one's own", async () => {
    const [ada, grace] = [join(), join()];
    await Promise.all([reaches(ada, "saved"), reaches(grace, "saved")]);
    const seen = record(grace);
    type(ada, "a");
    await reaches(ada, "saved");
    server.connections[1]?.askForState();
    expect(seen.every(({ unsavedChanges }) => unsavedChanges === 0)).toBe(true);
  });
});

describe("refused", () => {
  it("SM6: a refused change is named, with the server's reason", async () => {
    const provider = join();
    await reaches(provider, "saved");
    server.refuses = () => "this document is read-only for you";
    type(provider, "a");
    await reaches(provider, "refused");
    expect(provider.saveStatus).toEqual({
      state: "refused",
      unsavedChanges: 1,
      reason: "this document is read-only for you",
      code: null,
    });
    await expect(provider.whenSaved()).rejects.toMatchObject({ code: "refused" });
  });

  it("SM7: allowed again, the change is given once more, and saved", async () => {
    const provider = join();
    await reaches(provider, "saved");
    server.refuses = () => "not now";
    type(provider, "a");
    await reaches(provider, "refused");
    server.refuses = () => null;
    server.last.askForState();
    await reaches(provider, "saved");
    expect(stored()).toBe("a");
  });

  it("SS6: a close for good stops it, and connect() resumes", async () => {
    const provider = join();
    await reaches(provider, "saved");
    server.last.close(4403, "not allowed here");
    await reaches(provider, "refused");
    expect(provider.saveStatus).toMatchObject({ code: 4403, reason: "not allowed here" });
    type(provider, "a");
    expect(provider.saveStatus).toMatchObject({ state: "refused", unsavedChanges: 1 });
    provider.connect();
    await reaches(provider, "saved");
    expect(stored()).toBe("a");
  });
});

describe("y-websocket", () => {
  it("PR1: is one, with its events and options", async () => {
    const awareness = new Awareness(new Doc());
    made.push(awareness.doc);
    const provider = join({ connect: false, awareness }, awareness.doc);
    expect(provider).toBeInstanceOf(WebsocketProvider);
    expect(provider.awareness).toBe(awareness);
    const seen: string[] = [];
    provider.on("status", ({ status }) => seen.push(status));
    provider.once("sync", (synced) => seen.push(`sync ${synced}`));
    provider.on("connection-close", () => seen.push("closed"));
    const unwanted = vi.fn();
    provider.on("synced", unwanted);
    provider.off("synced", unwanted);
    provider.connect();
    await reaches(provider, "saved");
    provider.disconnect();
    expect(seen).toEqual(["connecting", "connected", "sync true", "closed", "disconnected"]);
    expect(unwanted).not.toHaveBeenCalled();
    expect(provider.saveState).toBe("offline");
  });

  it("PR4: what another tab handed over is this tab's to save as well", async () => {
    const here = join({ disableBc: false });
    await reaches(here, "saved");
    const seen = record(here);
    // The other tab never reaches the server.
    const doc = new Doc();
    const there = new WebsocketProvider(server.url, "minutes", doc, {
      WebSocketPolyfill: WebSocket as never,
      connect: false,
    });
    made.push(there, doc);
    there.connectBc();
    server.autoAcknowledge = false;
    type(there, "a");
    await eventually(() => here.doc.getText("text").toString() === "a");
    expect(here.unsavedChanges).toBe(1);
    await eventually(() => stored() === "a");
    expect(seen.map(({ state }) => state)).not.toContain("saved");
    server.last.acknowledge();
    await reaches(here, "saved");
  });

  it("PR4: so is a change that an application marked with the provider", async () => {
    const provider = join();
    await reaches(provider, "saved");
    provider.doc.transact(() => type(provider, "a"), provider);
    expect(provider.saveState).toBe("saving");
    await reaches(provider, "saved");
    expect(stored()).toBe("a");
  });

  it("PR4: so is a change that answers one of the server's while that is applied", async () => {
    const provider = join();
    await reaches(provider, "saved");
    const text = provider.doc.getText("text");
    text.observe(({ transaction }) => {
      if (!transaction.local) type(provider, "b");
    });
    server.autoAcknowledge = false;
    server.push("a");
    await eventually(() => stored() === "ab");
    expect(provider.unsavedChanges).toBe(1);
    server.last.acknowledge();
    await reaches(provider, "saved");
  });

  it("PR7: destroy leaves nothing on the document, and ends who waits", async () => {
    const doc = new Doc();
    const provider = join({}, doc);
    await reaches(provider, "saved");
    await server.kill();
    type(provider, "a");
    const waiting = provider.whenSaved();
    provider.destroy();
    await expect(waiting).rejects.toMatchObject({ code: "destroyed" });
    expect(doc._observers.get("update")?.size ?? 0).toBe(0);
    expect(provider.awareness.getLocalState()).toBeNull();
    provider.destroy();
  });

  it("PR7: leaves awareness that it was given", () => {
    const awareness = new Awareness(new Doc());
    made.push(awareness.doc);
    join({ connect: false, awareness }, awareness.doc).destroy();
    awareness.setLocalState({ here: true });
    expect(awareness.getLocalState()).toEqual({ here: true });
  });
});

describe("leaving the page", () => {
  const leave = (): boolean =>
    globalThis.dispatchEvent(new Event("beforeunload", { cancelable: true }));

  it("PR8: asks only while changes are unsaved, and not after destroy", async () => {
    const page = new EventTarget();
    for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
      vi.stubGlobal(name, page[name].bind(page));
    }
    try {
      const provider = join({ warnBeforeLeaving: true });
      await reaches(provider, "saved");
      expect(leave()).toBe(true);
      await server.kill();
      type(provider, "a");
      expect(leave()).toBe(false);
      await server.listen();
      await reaches(provider, "saved");
      expect(leave()).toBe(true);
      await server.kill();
      await reaches(provider, "offline");
      type(provider, "b");
      expect(leave()).toBe(false);
      provider.destroy();
      expect(leave()).toBe(true);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
