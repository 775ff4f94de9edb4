import { eventually } from "@homeroom/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { applyUpdate, Doc, encodeStateAsUpdate, UndoManager } from "yjs";
import { HomeroomProvider, insertedText } from "../src/index.js";
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

function join(doc: Doc = new Doc()): HomeroomProvider {
  const provider = new HomeroomProvider(server.url, "minutes", doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
    maxBackoffTime: 50,
  });
  made.push(provider, doc);
  return provider;
}

const reaches = (provider: HomeroomProvider, state: string): Promise<true> =>
  eventually(() => provider.saveState === state);
const content = (provider: HomeroomProvider): string => provider.doc.getText("text").toString();
const type = (provider: HomeroomProvider, text: string): void =>
  provider.doc.getText("text").insert(content(provider).length, text);
const unsavedText = (provider: HomeroomProvider): string =>
  insertedText(provider.unsavedUpdate ?? new Uint8Array([0, 0]));

describe("a refused change", () => {
  it("PR10: can be read out, as an update and as text", async () => {
    const provider = join();
    await reaches(provider, "saved");
    type(provider, "taken. ");
    await reaches(provider, "saved");
    expect(provider.unsavedUpdate).toBeNull();
    server.refuses = () => "read-only";
    type(provider, "Refused 🌱, ");
    type(provider, "all of it.");
    await reaches(provider, "refused");
    expect(unsavedText(provider)).toBe("Refused 🌱, all of it.");

    // It is whole: whoever has what the server has can apply it.
    const copy = new Doc();
    applyUpdate(copy, encodeStateAsUpdate(server.doc));
    applyUpdate(copy, provider.unsavedUpdate as Uint8Array);
    expect(copy.getText("text").toString()).toBe("taken. Refused 🌱, all of it.");
    copy.destroy();
  });

  it("PR10: also after a close for good, and until it is taken after all", async () => {
    const provider = join();
    await reaches(provider, "saved");
    server.autoAcknowledge = false;
    type(provider, "too much");
    await eventually(() => server.last.counted.length === 2);
    server.last.close(4413, "too large");
    await reaches(provider, "refused");
    expect(unsavedText(provider)).toBe("too much");
    type(provider, ", and more");
    expect(unsavedText(provider)).toBe("too much, and more");
    server.autoAcknowledge = true;
    provider.connect();
    await reaches(provider, "saved");
    expect(provider.unsavedUpdate).toBeNull();
  });

  it("PR10: after a thousand changes offline as well, and not what others wrote", async () => {
    const provider = join();
    await reaches(provider, "saved");
    server.push("Theirs. ");
    await eventually(() => content(provider) === "Theirs. ");
    await server.kill();
    await reaches(provider, "offline");
    const letters = Array.from({ length: 1000 }, (_, index) =>
      String.fromCharCode(97 + (index % 26)),
    );
    for (const letter of letters) type(provider, letter);
    expect(provider.unsavedChanges).toBe(1000);
    expect(unsavedText(provider)).toBe(letters.join(""));
  });

  it("PR10: what the document held before is part of it", async () => {
    await server.kill();
    const doc = new Doc();
    doc.getText("text").insert(0, "held before");
    const provider = join(doc);
    expect(unsavedText(provider)).toBe("held before");
    await server.listen();
    await reaches(provider, "saved");
    expect(provider.unsavedUpdate).toBeNull();
  });
});

describe("undo", () => {
  it("PR11: takes back one's own edits alone, and survives a reconnect", async () => {
    const provider = join();
    await reaches(provider, "saved");
    const undo = new UndoManager(provider.doc.getText("text"), { captureTimeout: 0 });
    type(provider, "one ");
    type(provider, "two ");
    await reaches(provider, "saved");
    server.push("Theirs. ");
    await eventually(() => content(provider).startsWith("Theirs. "));
    await server.kill();
    await reaches(provider, "offline");
    server.doc.getText("text").insert(0, "Meanwhile. ");
    await server.listen();
    await reaches(provider, "saved");

    undo.undo();
    expect(content(provider)).toBe("Meanwhile. Theirs. one ");
    undo.undo();
    expect(content(provider)).toBe("Meanwhile. Theirs. ");
    expect(undo.undo()).toBeNull();
    undo.redo();
    await reaches(provider, "saved");
    expect(server.doc.getText("text").toString()).toBe("Meanwhile. Theirs. one ");
    undo.destroy();
  });

  it("PR11: what comes over the provider bears its mark, and nobody else's", async () => {
    const provider = join();
    await reaches(provider, "saved");
    const origins: unknown[] = [];
    provider.doc.on("update", (_update, origin) => origins.push(origin));
    server.push("a");
    await eventually(() => content(provider) === "a");
    type(provider, "b");
    provider.doc.transact(() => type(provider, "c"), "my editor");
    expect(origins).toEqual([provider, null, "my editor"]);
  });
});
