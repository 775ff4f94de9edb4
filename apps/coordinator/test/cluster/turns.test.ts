import type { RoomName } from "@homeroom/protocol";
import type { Clock } from "@homeroom/room";
import { describe, expect, it } from "vitest";
import { Turns } from "../../src/cluster/turns.js";
import { roomName } from "./lab.js";

const [room, other] = [roomName("room"), roomName("other")];
const limits = { maxWaiting: 2, waitMs: 1_000 };

/** Whose deadlines come when the test says so. */
class Deadlines implements Pick<Clock, "after"> {
  readonly #set = new Set<() => void>();
  after(ms: number, task: () => void): { cancel(): void } {
    expect(ms).toBe(limits.waitMs);
    this.#set.add(task);
    return { cancel: () => this.#set.delete(task) };
  }
  get size(): number {
    return this.#set.size;
  }
  pass(): void {
    for (const task of [...this.#set]) {
      this.#set.delete(task);
      task();
    }
  }
}

/** Work that ends when the test says so. */
class Works {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, (error?: Error) => void>();
  readonly #turns: Turns;
  constructor(turns: Turns) {
    this.#turns = turns;
  }
  async ask(name: string, of: RoomName = room): Promise<string> {
    return await this.#turns.take(of, async () => {
      this.begun.push(name);
      await new Promise<void>((resolve, reject) => {
        this.#ends.set(name, (error) => (error ? reject(error) : resolve()));
      });
      return name;
    });
  }
  end(name: string, error?: Error): void {
    this.#ends.get(name)?.(error);
  }
}

function start(): { turns: Turns; works: Works; deadlines: Deadlines } {
  const deadlines = new Deadlines();
  const turns = new Turns(deadlines, limits);
  return { turns, works: new Works(turns), deadlines };
}

describe("CO20: turns", () => {
  it("come in the order in which they were asked for, one at a time, for each room on its own", async () => {
    const { turns, works, deadlines } = start();
    const [first, second, third] = [works.ask("1"), works.ask("2"), works.ask("3")];
    const beside = works.ask("beside", other);
    await Promise.resolve();
    expect(works.begun).toEqual(["1", "beside"]);
    works.end("1");
    expect(await first).toBe("1");
    await Promise.resolve();
    expect(works.begun).toEqual(["1", "beside", "2"]);
    works.end("2", new Error("went wrong"));
    await expect(second).rejects.toThrow("went wrong");
    await Promise.resolve();
    works.end("3");
    works.end("beside");
    expect(await Promise.all([third, beside])).toEqual(["3", "beside"]);
    expect([turns.size, deadlines.size]).toEqual([0, 0]);
  });

  it("are refused where too many wait already", async () => {
    const { works } = start();
    const waiting = [works.ask("1"), works.ask("2"), works.ask("3")];
    await expect(works.ask("4")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    for (const [index, ask] of waiting.entries()) {
      await Promise.resolve();
      works.end(`${index + 1}`);
      await ask;
    }
    expect(works.begun).toEqual(["1", "2", "3"]);
  });

  it("that do not come in time are given up, and nothing is done", async () => {
    const { turns, works, deadlines } = start();
    const first = works.ask("1");
    const late = expect(works.ask("2")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    deadlines.pass();
    await late;
    const third = works.ask("3");
    works.end("1");
    await first;
    await Promise.resolve();
    works.end("3");
    await third;
    expect(works.begun).toEqual(["1", "3"]);
    expect([turns.size, deadlines.size]).toEqual([0, 0]);
  });
});
