import type { Clock, Timer } from "@homeroom/room";
import { describe, expect, it } from "vitest";
import { type Heap, IdleHeap } from "../src/idle-heap.js";
import { nodeHeap } from "../src/node-heap.js";

const MIB = 1024 * 1024;

/** Time of which only timers are asked for: each `tick` runs those that are set. */
class Ticks implements Pick<Clock, "after"> {
  readonly #set = new Set<() => void>();

  after(_ms: number, task: () => void): Timer {
    this.#set.add(task);
    return { cancel: () => this.#set.delete(task) };
  }

  get timers(): number {
    return this.#set.size;
  }

  tick(): void {
    const due = [...this.#set];
    this.#set.clear();
    for (const task of due) task();
  }
}

/** A heap of `live` bytes and some garbage; a collection leaves all pages, the next ones fewer. */
class FakeHeap implements Heap {
  live = 20 * MIB;
  garbage = 0;
  pages = 20 * MIB;
  share = 0;
  collections = 0;

  used = (): number => this.live + this.garbage;
  held = (): number => this.pages;
  busy = (): number => this.share;

  collect = (): void => {
    this.collections++;
    this.garbage = 0;
    this.pages = Math.max(this.live, this.pages / 2);
  };

  drop(bytes: number): void {
    this.garbage += bytes;
    this.pages = this.used();
  }
}

function lab() {
  const clock = new Ticks();
  const heap = new FakeHeap();
  const noticed = { pause: false };
  const idle = new IdleHeap(clock as Pick<Clock, "after"> as Clock, heap, () => !noticed.pause);
  return { clock, heap, noticed, idle };
}

describe("memory that nobody uses", () => {
  it("CL31: is given back, in as many collections as it takes", () => {
    const { clock, heap } = lab();
    heap.drop(200 * MIB);
    for (let tick = 0; tick < 20; tick++) clock.tick();
    expect(heap.pages).toBeLessThan(1.5 * heap.live);
    const { collections } = heap;
    for (let tick = 0; tick < 20; tick++) clock.tick();
    expect(heap.collections).toBe(collections);
  });

  it("CL31: is collected for once more than it shrinks: until then it is not given back", () => {
    const { clock, heap } = lab();
    heap.collect = () => {
      heap.collections++;
      heap.garbage = 0;
      heap.pages = heap.live;
    };
    heap.drop(200 * MIB);
    for (let tick = 0; tick < 20; tick++) clock.tick();
    expect(heap.collections).toBe(2);
  });

  it("CL31: is not looked for any more where three collections gave none back", () => {
    const { clock, heap } = lab();
    heap.collect = () => {
      heap.collections++;
      heap.garbage = 0;
    };
    heap.drop(200 * MIB);
    for (let tick = 0; tick < 20; tick++) clock.tick();
    expect(heap.collections).toBe(3);
  });

  it("CL31: is worth no collection while it is little", () => {
    const { clock, heap } = lab();
    for (let tick = 0; tick < 20; tick++) clock.tick();
    const { collections } = heap;
    heap.drop(4 * MIB);
    for (let tick = 0; tick < 20; tick++) clock.tick();
    expect(heap.collections).toBe(collections);
  });

  it("CL31: waits while somebody would notice, and while the process is busy", () => {
    const { clock, heap, noticed } = lab();
    noticed.pause = true;
    heap.drop(200 * MIB);
    clock.tick();
    noticed.pause = false;
    heap.share = 0.5;
    clock.tick();
    expect(heap.collections).toBe(0);
    heap.share = 0;
    clock.tick();
    expect(heap.collections).toBe(1);
  });

  it("CL31: is not looked at any more after closing", () => {
    const { clock, idle } = lab();
    clock.tick();
    idle.close();
    expect(clock.timers).toBe(0);
  });

  it("CL31: a collection of Node's own heap frees it", () => {
    const heap = nodeHeap();
    let garbage: object[] | null = Array.from({ length: 500_000 }, (_, nth) => ({ nth }));
    expect(garbage.length).toBe(500_000);
    // What is left of it is old.
    heap.collect();
    const before = heap.used();
    garbage = null;
    heap.collect();
    expect(heap.used()).toBeLessThan(before - 10 * MIB);
    expect("gc" in globalThis).toBe(false);
    expect(heap.busy()).toBeGreaterThan(0);
    expect(heap.held()).toBeGreaterThan(heap.used());
  });
});
