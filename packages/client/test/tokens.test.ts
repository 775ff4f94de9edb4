import { deadline, eventually } from "@homeroom/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Doc } from "yjs";
import { HomeroomProvider, type HomeroomProviderOptions } from "../src/index.js";
import { jwt } from "./jwt.js";
import { ManualClock } from "./manual-clock.js";
import { ScriptedServer } from "./scripted-server.js";

let server: ScriptedServer;
let clock: ManualClock;
const made: { destroy(): void }[] = [];

beforeEach(async () => {
  server = await ScriptedServer.start();
  clock = new ManualClock();
});

afterEach(async () => {
  for (const each of made.splice(0)) each.destroy();
  await server.kill();
});

function join(options: HomeroomProviderOptions): HomeroomProvider {
  const doc = new Doc();
  const provider = new HomeroomProvider(server.url, "minutes", doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
    maxBackoffTime: 50,
    clock,
    ...options,
  });
  made.push(provider, doc);
  return provider;
}

/** A function that hands out `one`, `two`, … each with a life in seconds. */
function handOut(lifeS: number | null = null): { ask: () => Promise<string>; asked: () => number } {
  let asked = 0;
  const ask = async (): Promise<string> => {
    asked++;
    const exp = lifeS === null ? {} : { exp: clock.now() / 1000 + lifeS };
    return jwt({ number: asked, ...exp });
  };
  return { ask, asked: () => asked };
}

const shown = (url: string): number => {
  const token = new URL(url, server.url).searchParams.get("token") ?? "";
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).number;
};
const saved = (provider: HomeroomProvider): Promise<true> =>
  eventually(() => provider.saveState === "saved");

describe("tokens", () => {
  it("TK1: a token by value is shown, beside other parameters", async () => {
    const provider = join({ token: "a b&c", params: { language: "en" } });
    await saved(provider);
    expect(server.last.url).toBe("/minutes?language=en&token=a+b%26c&ack=1");
  });

  it("TK1: a function is asked before the first connection", async () => {
    let answer: (token: string) => void = () => {};
    const provider = join({ token: () => new Promise((resolve) => (answer = resolve)) });
    expect(provider.saveState).toBe("connecting");
    clock.advance(2000);
    expect(provider.saveState).toBe("offline");
    expect(server.connections).toHaveLength(0);
    answer("the token");
    await saved(provider);
    expect(server.connections.map(({ url }) => url)).toEqual(["/minutes?token=the+token&ack=1"]);
  });

  it("TK2: a new token comes in time and is shown on a new connection, without bad news", async () => {
    const { ask } = handOut(3600);
    const provider = join({ token: ask });
    await saved(provider);
    const states: string[] = [];
    provider.on("save", ({ state }) => states.push(state));
    clock.advance(3_570_000);
    await eventually(() => server.connections.length === 2);
    await eventually(() => server.last.counted.length === 1 && provider.saveState === "saved");
    expect(shown(server.last.url)).toBe(2);
    expect(new Set(states)).toEqual(new Set(["connecting", "saved"]));
    provider.doc.getText("text").insert(0, "a");
    await saved(provider);
    expect(server.doc.getText("text").toString()).toBe("a");
  });

  it("TK2: the new connection waits for changes that are on their way", async () => {
    const { ask, asked } = handOut(50);
    const provider = join({ token: ask, patienceMs: 1_000_000 });
    await saved(provider);
    server.autoAcknowledge = false;
    provider.doc.getText("text").insert(0, "a");
    await eventually(() => server.last.counted.length === 2);
    clock.advance(40_000);
    await eventually(() => asked() === 2);
    // What is behind the new token in the queue of promises has run when the next one has.
    await new Promise(setImmediate);
    expect(server.connections).toHaveLength(1);
    server.last.acknowledge();
    server.autoAcknowledge = true;
    await eventually(() => server.connections.length === 2 && provider.saveState === "saved");
    expect(shown(server.last.url)).toBe(2);
  });

  it("TK2: a connection that is lost while a new token waits is replaced once", async () => {
    const { ask, asked } = handOut(50);
    const provider = join({ token: ask, patienceMs: 1_000_000 });
    await saved(provider);
    server.autoAcknowledge = false;
    provider.doc.getText("text").insert(0, "a");
    await eventually(() => server.last.counted.length === 2);
    clock.advance(40_000);
    await eventually(() => asked() === 2);
    await new Promise(setImmediate);
    server.autoAcknowledge = true;
    server.last.close(1012, "leaving");
    await eventually(() => server.connections.length === 2 && provider.saveState === "saved");
    expect(shown(server.last.url)).toBe(2);
    expect(server.open).toBe(1);
    expect(server.connections).toHaveLength(2);
  });

  it("TK3: after a refusal it asks once more, and a second refusal is for good", async () => {
    const { ask, asked } = handOut();
    const provider = join({ token: ask });
    const closed: number[] = [];
    provider.on("closed", ({ code }) => closed.push(code));
    await saved(provider);
    server.last.close(4401, "token expired");
    await eventually(() => provider.saveState === "offline");
    clock.advance(1000);
    await eventually(() => server.connections.length === 2 && provider.saveState === "saved");
    expect(shown(server.last.url)).toBe(2);
    expect(closed).toEqual([]);

    server.welcomes = () => ({ code: 4401, reason: "revoked" });
    server.last.close(4401, "revoked");
    await eventually(() => provider.saveState === "offline");
    clock.advance(1000);
    await eventually(() => provider.saveState === "refused");
    expect(provider.saveStatus).toMatchObject({ code: 4401, reason: "revoked" });
    expect(closed).toEqual([4401]);
    expect(asked()).toBe(3);

    server.welcomes = () => null;
    provider.connect();
    clock.advance(1000);
    await saved(provider);
    expect(asked()).toBe(4);
  });

  it("TK3: a token by value is not tried again", async () => {
    const provider = join({ token: "old" });
    await saved(provider);
    server.last.close(4401, "token expired");
    await eventually(() => provider.saveState === "refused");
    expect(server.connections).toHaveLength(1);
  });

  it("TK4: a function that fails is reported, and asked again", async () => {
    let failing = true;
    const errors: unknown[] = [];
    const provider = join({
      connect: false,
      token: async () => {
        if (failing) throw new Error("the app is offline");
        return "token";
      },
    });
    provider.on("token-error", (error) => errors.push(error));
    provider.connect();
    await eventually(() => errors.length === 1);
    expect(errors[0]).toMatchObject({ message: "the app is offline" });
    failing = false;
    clock.advance(2000);
    await saved(provider);
  });

  it("TK5: it does not come back with a token that has run out", async () => {
    const { ask } = handOut(50);
    let failing = false;
    const provider = join({
      token: async () => {
        if (failing) throw new Error("the app is offline");
        return await ask();
      },
    });
    await saved(provider);
    failing = true;
    await server.kill();
    await eventually(() => provider.saveState === "offline");
    clock.advance(51_000);
    await server.listen();
    await eventually(() => provider.ws === null);
    failing = false;
    clock.advance(30_000);
    await saved(provider);
    expect(server.connections).toHaveLength(2);
    expect(shown(server.last.url)).toBeGreaterThan(1);
  });

  it("TK6: disconnect and destroy end the asking", async () => {
    const { ask, asked } = handOut(50);
    const provider = join({ token: ask });
    await saved(provider);
    provider.disconnect();
    expect(clock.waiting).toBe(0);
    clock.advance(45_000);
    expect(asked()).toBe(1);
    provider.connect();
    await saved(provider);
    provider.destroy();
    expect(clock.waiting).toBe(0);
  });
});

describe("a local store", () => {
  const loading = (): { loaded: Promise<void>; finish: () => void; fail: () => void } => {
    let finish = (): void => {};
    let fail = (): void => {};
    const loaded = new Promise<void>((resolve, reject) => {
      finish = resolve;
      fail = () => reject(new Error("no storage"));
    });
    return { loaded, finish, fail };
  };

  it("PR9: connects when it has filled the document, which then is unsaved until acknowledged", async () => {
    const { loaded, finish } = loading();
    const provider = join({ loaded });
    const states: string[] = [];
    provider.on("save", ({ state }) => states.push(state));
    expect(provider.saveState).toBe("connecting");
    expect(provider.ws).toBeNull();
    provider.doc.getText("text").insert(0, "from the last visit");
    expect(provider.unsavedChanges).toBe(1);
    finish();
    await deadline(provider.whenSaved(), 5000, "saved");
    expect(states).not.toContain("connecting");
    expect(server.doc.getText("text").toString()).toBe("from the last visit");
  });

  it("PR9: one that fails or hangs keeps nobody from the server", async () => {
    const broken = loading();
    const first = join({ loaded: broken.loaded });
    broken.fail();
    await saved(first);
    const second = join({ loaded: loading().loaded });
    clock.advance(4999);
    expect(second.ws).toBeNull();
    clock.advance(1);
    await saved(second);
  });

  it("PR9: nothing is connected that was disconnected or destroyed meanwhile", async () => {
    const { loaded, finish } = loading();
    const provider = join({ loaded });
    provider.disconnect();
    finish();
    await loaded;
    await new Promise(setImmediate);
    expect(provider.ws).toBeNull();
    expect(provider.saveState).toBe("offline");
    provider.destroy();
    expect(clock.waiting).toBe(0);
  });
});
