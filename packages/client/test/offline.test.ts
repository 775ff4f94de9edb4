import "fake-indexeddb/auto";
import { eventually } from "@homeroom/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { IndexeddbPersistence } from "y-indexeddb";
import { Doc } from "yjs";
import { HomeroomProvider, type SaveStatus } from "../src/index.js";
import { ScriptedServer } from "./scripted-server.js";

let server: ScriptedServer;
const visits: Visit[] = [];

beforeEach(async () => {
  server = await ScriptedServer.start();
});

afterEach(async () => {
  for (const visit of visits.splice(0)) await visit.leave();
  await server.kill();
});

/** One life of a page that keeps its document in IndexedDB. */
class Visit {
  readonly doc = new Doc();
  readonly store: IndexeddbPersistence;
  readonly provider: HomeroomProvider;
  readonly seen: SaveStatus[] = [];

  constructor(name: string) {
    this.store = new IndexeddbPersistence(name, this.doc);
    this.provider = new HomeroomProvider(server.url, "minutes", this.doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
      maxBackoffTime: 50,
      loaded: this.store.whenSynced,
    });
    this.provider.on("save", (status) => this.seen.push(status));
    visits.push(this);
  }

  get text(): string {
    return this.doc.getText("text").toString();
  }

  type(text: string): void {
    this.doc.getText("text").insert(this.text.length, text);
  }

  async reaches(state: string): Promise<void> {
    await eventually(() => this.provider.saveState === state, {
      message: () => `${state}, but it is ${JSON.stringify(this.provider.saveStatus)}`,
    });
  }

  async leave(): Promise<void> {
    this.provider.destroy();
    await this.store.destroy();
    this.doc.destroy();
  }
}

const stored = (): string => server.doc.getText("text").toString();

describe("beside y-indexeddb", () => {
  it("OF1: what was written offline is there after a reload, unsaved until acknowledged, then merged once", async () => {
    const before = new Visit("offline-reload");
    await before.reaches("saved");
    before.type("together. ");
    await before.reaches("saved");
    await server.kill();
    await before.reaches("offline");
    before.type("Mine, alone.");
    await before.leave();

    const after = new Visit("offline-reload");
    await eventually(() => after.text === "together. Mine, alone.");
    await after.reaches("unsaved");
    expect(after.provider.unsavedChanges).toBeGreaterThan(0);
    server.doc.getText("text").insert(0, "Theirs meanwhile; ");

    server.autoAcknowledge = false;
    await server.listen();
    await eventually(() => stored() === "Theirs meanwhile; together. Mine, alone.");
    await eventually(() => after.text === stored());
    expect(after.seen.map(({ state }) => state)).not.toContain("saved");
    expect(after.provider.unsavedChanges).toBeGreaterThan(0);
    server.last.acknowledge();
    await after.reaches("saved");
    expect(after.provider.unsavedChanges).toBe(0);
  });

  it("OF2: a server that is there is not a reason to say saved before the store was read", async () => {
    const before = new Visit("online-reload");
    await before.store.whenSynced;
    await server.kill();
    before.type("written offline");
    await before.leave();
    await server.listen();
    server.autoAcknowledge = false;
    const after = new Visit("online-reload");
    await eventually(() => stored() === "written offline");
    const states = after.seen.map(({ state }) => state);
    expect(states).not.toContain("saved");
    expect(states).toContain("saving");
    server.last.acknowledge();
    await after.reaches("saved");
  });

  it("OF3: what is written while the store is read is counted too", async () => {
    const visit = new Visit("early-key");
    visit.type("a");
    expect(visit.provider.saveState).toBe("saving");
    expect(visit.provider.unsavedChanges).toBe(1);
    await visit.reaches("saved");
    expect(stored()).toBe("a");
  });
});
