import { eventually, Lab } from "@homeroom/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Doc } from "yjs";
import { HomeroomProvider, type HomeroomProviderOptions, peopleIn } from "../src/index.js";
import { jwt } from "./jwt.js";

const SECRET = "a secret of tests, thirty-two bytes at least";

let lab: Lab;
const made: { destroy(): void }[] = [];

beforeEach(() => {
  lab = new Lab();
});

afterEach(async () => {
  for (const each of made.splice(0)) each.destroy();
  await lab.close();
});

const signed = (lifeS: number, access = "write"): string =>
  jwt({ rooms: ["*"], access, sub: "ada", exp: Math.floor(Date.now() / 1000) + lifeS }, SECRET);

function join(url: string, options: HomeroomProviderOptions): HomeroomProvider {
  const doc = new Doc();
  const provider = new HomeroomProvider(url, "minutes", doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
    ...options,
  });
  made.push(provider, doc);
  return provider;
}

const saved = (provider: HomeroomProvider): Promise<true> =>
  eventually(() => provider.saveState === "saved");

it("TK2: who shows a new token stays among the people, and loses nothing", async () => {
  const { wsUrl } = await lab.homeroom({ env: { HOMEROOM_AUTH_SECRET: SECRET } });
  let asked = 0;
  const ada = join(wsUrl, {
    token: async () => {
      asked++;
      return signed(5);
    },
  });
  ada.awareness.setLocalStateField("user", { name: "Ada" });
  const grace = join(wsUrl, { token: signed(600) });
  const seesAda = (): boolean => peopleIn(grace.awareness).some(({ name }) => name === "Ada");
  await Promise.all([saved(ada), saved(grace), eventually(seesAda)]);
  const states: string[] = [];
  ada.on("save", ({ state }) => states.push(state));
  const opened: string[] = [];
  ada.on("status", ({ status }) => opened.push(status));

  await eventually(() => asked === 2 && opened.includes("connected"), { within: 10_000 });
  await eventually(seesAda, { within: 2_000, message: "Grace sees Ada again" });
  await eventually(() => peopleIn(ada.awareness).length === 2, { within: 2_000 });
  ada.doc.getText("text").insert(0, "after the swap");
  await saved(ada);
  await eventually(() => grace.doc.getText("text").toString() === "after the swap");
  expect(states).not.toContain("offline");
  expect(states).not.toContain("unsaved");
});

it("PR12: after a reconnect everybody is seen again at once", async () => {
  const { wsUrl } = await lab.homeroom();
  const [ada, grace] = [join(wsUrl, {}), join(wsUrl, {})];
  const see = (count: number) => () =>
    [ada, grace].every(({ awareness }) => peopleIn(awareness).length === count);
  await eventually(see(2));
  ada.ws?.close();
  await eventually(() => peopleIn(ada.awareness).length === 1);
  await eventually(see(2), { within: 2_000, message: "both see each other again" });
});

it("TK3: a server that will not have the tokens of this function ends in refused", async () => {
  const { wsUrl } = await lab.homeroom({ env: { HOMEROOM_AUTH_SECRET: SECRET } });
  let asked = 0;
  const provider = join(wsUrl, {
    token: () => {
      asked++;
      return signed(-60);
    },
  });
  await eventually(() => provider.saveState === "refused");
  expect(provider.saveStatus).toMatchObject({ code: 4401 });
  expect(asked).toBe(2);
});
