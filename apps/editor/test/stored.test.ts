import { beforeEach, describe, expect, it, vi } from "vitest";

/** What a browser has of it. */
class MemoryStorage {
  readonly values = new Map<string, string>();
  full = false;
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.values.set(key, value);
  }
}

let storage: MemoryStorage;
let page: EventTarget;

beforeEach(() => {
  storage = new MemoryStorage();
  page = new EventTarget();
  vi.stubGlobal("localStorage", storage);
  vi.stubGlobal("window", page);
  vi.resetModules();
  return () => vi.unstubAllGlobals();
});

const recent = () => import("../src/home/recent/recent-documents.js");

describe("recent documents", () => {
  const entry = (room: string, openedAt = 1) =>
    ({ room, title: room, token: null, openedAt }) as unknown as Parameters<
      Awaited<ReturnType<typeof recent>>["remember"]
    >[0];

  it("puts the last one first, each once, and not more than fifty", async () => {
    const { recentStore, remember, forget } = await recent();
    for (let i = 0; i < 60; i++) remember(entry(`room-${i}`));
    remember(entry("room-55"));
    expect(recentStore.get()).toHaveLength(50);
    expect(recentStore.get()[0]?.room).toBe("room-55");
    forget(entry("room-55").room);
    expect(recentStore.get().map(({ room }) => room)).not.toContain("room-55");
  });

  it("reads whatever is stored without trusting it", async () => {
    const hostile = [
      null,
      1,
      { room: "" },
      { room: "../x" },
      { room: "ok", openedAt: 1e300, title: 5 },
    ];
    storage.values.set("homeroom:recent", JSON.stringify(hostile));
    const { recentStore } = await recent();
    expect(recentStore.get()).toEqual([
      { room: "ok", title: "", token: null, openedAt: expect.any(Number) },
    ]);
    expect(() => new Date(recentStore.get()[0]?.openedAt ?? 0).toISOString()).not.toThrow();
  });

  it("survives text that is no JSON, and a full storage", async () => {
    storage.values.set("homeroom:recent", "{");
    const { recentStore, remember } = await recent();
    expect(recentStore.get()).toEqual([]);
    storage.full = true;
    remember(entry("minutes"));
    expect(recentStore.get()).toHaveLength(1);
  });

  it("hears of what another tab wrote", async () => {
    const { recentStore } = await recent();
    const listener = vi.fn();
    const end = recentStore.subscribe(listener);
    storage.values.set("homeroom:recent", JSON.stringify([{ room: "minutes", openedAt: 1 }]));
    page.dispatchEvent(Object.assign(new Event("storage"), { key: "homeroom:recent" }));
    expect(listener).toHaveBeenCalledOnce();
    expect(recentStore.get()).toHaveLength(1);
    end();
    page.dispatchEvent(Object.assign(new Event("storage"), { key: "homeroom:recent" }));
    expect(listener).toHaveBeenCalledOnce();
  });
});

describe("the profile", () => {
  it("invents a name once, and keeps it", async () => {
    const first = (await import("../src/profile/profile.js")).profileStore.get();
    expect(first.name).toMatch(/^\w+ \w+$/);
    vi.resetModules();
    expect((await import("../src/profile/profile.js")).profileStore.get()).toEqual(first);
  });

  it("reads a stored one without trusting it", async () => {
    storage.values.set(
      "homeroom:profile",
      JSON.stringify({ name: "x".repeat(99), color: "red;}" }),
    );
    const { name, color } = (await import("../src/profile/profile.js")).profileStore.get();
    expect(name).toHaveLength(40);
    expect(color).toMatch(/^#[0-9a-f]{6}$/);
  });
});
