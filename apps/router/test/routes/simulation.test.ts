import {
  eventually,
  type HocuspocusRoom,
  type Random,
  type StockYWebsocket,
  seededRandom,
  waitForConvergence,
} from "@homeroom/testkit";
import { expect, it } from "vitest";
import type * as Y from "yjs";
import { type ClusterLab, roomName, startLab, type TestRouter } from "./lab.js";

const room = roomName("docs/plan");
const STEPS = 25;

const textOf = (doc: Y.Doc): Y.Text => doc.getText("text");

/** Does to a room what may happen to it, one thing after the other, while people type. */
class Simulation {
  readonly #lab: ClusterLab;
  readonly #random: Random;
  readonly #routers: readonly TestRouter[];
  readonly #people: { readonly doc: Y.Doc; readonly synced: () => boolean }[] = [];
  readonly marks: string[] = [];
  readonly timeline: string[] = [];

  constructor(lab: ClusterLab, routers: readonly TestRouter[], random: Random) {
    this.#lab = lab;
    this.#routers = routers;
    this.#random = random;
  }

  get docs(): Y.Doc[] {
    return this.#people.map(({ doc }) => doc);
  }

  join(): void {
    const router = this.#random.pick(this.#routers);
    if (this.#random.chance(0.5)) {
      const client: StockYWebsocket = this.#lab.yWebsocket(router, room);
      const { doc } = client;
      this.#people.push({ doc, synced: () => client.synced });
    } else {
      const client: HocuspocusRoom = this.#lab.hocuspocus(router, room);
      const { doc } = client;
      this.#people.push({ doc, synced: () => client.synced });
    }
  }

  type(): void {
    for (const { doc, synced } of this.#people) {
      if (!synced()) continue;
      const mark = `${this.marks.length};`;
      this.marks.push(mark);
      textOf(doc).insert(this.#random.integer(0, textOf(doc).length), mark);
    }
  }

  async step(): Promise<void> {
    const action = this.#random.pick(["type", "type", "join", "move", "cut", "crash", "away"]);
    this.timeline.push(action);
    this.type();
    const home = await this.#lab.serving(room);
    switch (action) {
      case "join":
        if (this.#people.length < 5) this.join();
        break;
      case "move":
        await home.move(room, this.#lab.other(home));
        break;
      case "cut":
        for (const coordinator of this.#lab.coordinators) coordinator.cutLinks();
        break;
      case "crash":
        await this.#lab.restart(home);
        break;
      case "away":
        home.storeAway = true;
        this.type();
        if (this.#random.chance(0.5)) await this.#lab.restart(home);
        else home.storeAway = false;
        break;
    }
    this.type();
  }
}

it(`RT19: ${STEPS} moves, deaths and cuts under typing: all that was typed is there, everybody has it, nobody was disconnected`, async () => {
  const random = seededRandom("RT19");
  const lab = await startLab();
  const routers = [await lab.router(), await lab.router()];
  const simulation = new Simulation(lab, routers, random);
  try {
    simulation.join();
    simulation.join();
    await eventually(() => lab.directory.lookup(room));
    for (let step = 0; step < STEPS; step++) await simulation.step();
    const settled = (): boolean =>
      routers.every(({ homes }) => homes.status().unsettledBytes === 0);
    await eventually(settled, { within: 10_000, message: "everything is settled" });
    await waitForConvergence(simulation.docs);
    const stored = await lab.stored(room);
    await waitForConvergence([...simulation.docs, stored]);
    const words = textOf(stored).toString();
    expect(words.split(";").length - 1).toBe(simulation.marks.length);
    expect(lab.disconnects).toBe(0);
  } catch (error) {
    const message = `HOMEROOM_SEED=${random.seed}, after ${simulation.timeline.join(", ")}`;
    throw new Error(message, { cause: error });
  }
});
