import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** Bytes after gzip of what a bundler makes of `code`, without these packages. */
async function gzipped(code: string, external: string[] = []): Promise<number> {
  return gzipSync(await bundled(code, external), { level: 9 }).length;
}

async function bundled(code: string, external: string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["source"],
    external,
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** What a page with any Yjs provider has already. */
const SHARED = ["yjs", "lib0", "y-protocols", "y-websocket", "react"];
const provider = 'export { HomeroomProvider } from "../src/index.js";';
const hooks =
  'export { HomeroomRoom, useConnection, usePeople, useSaveState, useSelf } from "../src/react.js";';

describe("size", () => {
  it("SZ1: over yjs and y-websocket, the provider is less than 6 KB", async () => {
    const bytes = await gzipped(provider, SHARED);
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThan(6000);
  });

  it("SZ2: with y-websocket and all else that it needs, it adds less than 7.5 KB to a page with yjs", async () => {
    const yjs = 'export * from "yjs";';
    expect((await gzipped(yjs + provider)) - (await gzipped(yjs))).toBeLessThan(7500);
  });

  it("SZ3: the React hooks add less than 1.5 KB", async () => {
    const more = (await gzipped(provider + hooks, SHARED)) - (await gzipped(provider, SHARED));
    expect(more).toBeGreaterThan(100);
    expect(more).toBeLessThan(1500);
  });

  it("SZ4: what is not used is not there", async () => {
    const people = await bundled('export { personFrom } from "../src/index.js";', SHARED);
    expect(people).not.toMatch(/y-websocket|WebSocket|yjs/);
    expect(people.length).toBeLessThan(1200);
  });
});
