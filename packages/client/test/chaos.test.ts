import { setTimeout as pause } from "node:timers/promises";
import { deadline, eventually, type Random, seededRandom } from "@homeroom/testkit";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { Doc } from "yjs";
import { HomeroomProvider, insertedText } from "../src/index.js";
import { jwt } from "./jwt.js";
import { ManualClock } from "./manual-clock.js";
import { ScriptedServer } from "./scripted-server.js";

const ROUNDS = 8;
const STEPS = 60;
const TOKEN_LIFE_S = 50;

/** A provider and its server, to which anything may happen. */
class World {
  readonly clock = new ManualClock();
  readonly server: ScriptedServer;
  readonly random: Random;
  readonly provider: HomeroomProvider;
  readonly doc = new Doc();
  /** What was written here, each once. */
  readonly written: string[] = [];
  /** What was wrong when the provider spoke. */
  readonly lies: string[] = [];
  saved = 0;
  #listening = true;

  static async create(random: Random): Promise<World> {
    return new World(random, await ScriptedServer.start());
  }

  private constructor(random: Random, server: ScriptedServer) {
    this.random = random;
    this.server = server;
    this.provider = new HomeroomProvider(server.url, "minutes", this.doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
      maxBackoffTime: 10,
      clock: this.clock,
      token: async () => {
        if (this.random.chance(0.2)) throw new Error("the app is offline");
        return jwt({ exp: this.clock.now() / 1000 + TOKEN_LIFE_S });
      },
    });
    this.provider.on("save", () => this.check());
  }

  lacking(): string[] {
    const there = this.server.doc.getText("text").toString();
    return this.written.filter((word) => !there.includes(word));
  }

  check(): void {
    const { saveState, unsavedChanges, unsavedUpdate } = this.provider;
    const lacking = this.lacking();
    if (saveState === "saved") this.saved++;
    if (saveState === "saved" && lacking.length > 0) this.lies.push(`saved without ${lacking}`);
    if (unsavedChanges < lacking.length) {
      this.lies.push(`${unsavedChanges} unsaved, but it lacks ${lacking}`);
    }
    const readable = unsavedUpdate === null ? "" : insertedText(unsavedUpdate);
    const lost = lacking.filter((word) => !readable.includes(word));
    if (lost.length > 0) this.lies.push(`${lost} cannot be read out`);
  }

  write(): void {
    const word = `<${this.written.length}>`;
    this.written.push(word);
    const text = this.doc.getText("text");
    text.insert(this.random.integer(0, 1) === 0 ? 0 : text.length, word);
  }

  async kill(): Promise<void> {
    if (!this.#listening) return;
    this.#listening = false;
    await this.server.kill();
  }

  async listen(): Promise<void> {
    if (this.#listening) return;
    this.#listening = true;
    await this.server.listen();
  }

  async step(): Promise<void> {
    const { random, server, provider } = this;
    const last = server.connections.at(-1);
    await random.pick<() => unknown>([
      () => this.write(),
      () => this.write(),
      () => this.write(),
      () => this.kill(),
      () => this.listen(),
      () => this.listen(),
      () => this.clock.advance(random.integer(0, 20_000)),
      () => last?.close(random.pick([1012, 1013, 4401, 4403, 4413, 4500]), "a reason"),
      () => provider.connect(),
      () => (random.chance(0.3) ? provider.disconnect() : provider.connect()),
      () => last?.askForState(),
      () => last?.acknowledge(),
      () => {
        server.autoAcknowledge = random.chance(0.6);
      },
      () => {
        server.refuses = random.chance(0.3) ? () => "not now" : () => null;
      },
      () => server.push(`(${random.integer(0, 99)})`),
    ])();
    // Not to wait for anything: so that what is under way gets differently far.
    await pause(random.integer(0, 12));
    this.check();
  }

  /** From here on all goes well. */
  async heal(): Promise<void> {
    this.server.autoAcknowledge = true;
    this.server.refuses = () => null;
    await this.listen();
    await eventually(
      () => {
        // A refusal, or a close for good, ends when somebody tries again.
        if (this.provider.saveState === "refused") {
          this.provider.disconnect();
        }
        this.provider.connect();
        this.clock.advance(1000);
        return this.provider.saveState === "saved";
      },
      { within: 10_000, message: () => JSON.stringify(this.provider.saveStatus) },
    );
  }

  async close(): Promise<void> {
    this.provider.destroy();
    this.doc.destroy();
    await this.kill();
  }
}

it("SS1, PR10: whatever happens to the server, the connection and the token, it tells the truth", async () => {
  const random = seededRandom("a provider in trouble");
  let saved = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const world = await World.create(random.fork());
    try {
      for (let step = 0; step < STEPS; step++) {
        await world.step();
        expect(world.lies, `round ${round}, step ${step}`).toEqual([]);
      }
      await deadline(world.heal(), 15_000, "saved in the end");
      expect(world.lies, `round ${round}`).toEqual([]);
      expect(world.lacking()).toEqual([]);
      expect(world.provider.unsavedUpdate).toBeNull();
      saved += world.saved;
    } finally {
      await world.close();
    }
    expect(world.clock.waiting, "timers after destroy").toBe(0);
  }
  // What is never said is never wrong.
  expect(saved).toBeGreaterThan(ROUNDS);
}, 60_000);
