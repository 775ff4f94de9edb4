import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "@homeroom/testkit";
import { describe, expect, it } from "vitest";
import type { ClientErrorCode, HomeroomEvents, HomeroomProviderOptions } from "../src/index.js";
import * as library from "../src/index.js";
import * as react from "../src/react.js";

const pagesDir = join(repository, "docs/client");
const examplesDir = join(repository, "packages/client/examples");
const names = (await readdir(pagesDir)).filter((name) => name.endsWith(".md"));
const pages = new Map(
  await Promise.all(
    names.map(async (name) => [name, await readFile(join(pagesDir, name), "utf8")] as const),
  ),
);
const page = (name: string): string => pages.get(name) ?? "";

/** The files that a page shows, with what it shows of them. */
function shown(text: string): [file: string, code: string][] {
  const block = /<!-- packages\/client\/examples\/(\S+) -->\n```tsx?\n(.*?)```\n/gs;
  return [...text.matchAll(block)].map(([, file = "", code = ""]) => [file, code]);
}

describe("docs/client", () => {
  it("DO1: shows every example as the file is, once", async () => {
    const all = [...pages.values()].flatMap(shown);
    for (const [file, code] of all) {
      expect(code, file).toBe(await readFile(join(examplesDir, file), "utf8"));
    }
    const files = all.map(([file]) => file);
    expect(new Set(files)).toEqual(new Set(await readdir(examplesDir)));
    expect(files).toHaveLength(new Set(files).size);
  });

  it("DO2: has no TypeScript that is not such a file", () => {
    for (const [name, text] of pages) {
      expect(text.match(/^```tsx?$/gm) ?? [], name).toHaveLength(shown(text).length);
    }
  });

  it("DO3: embedding takes five lines beside the imports", () => {
    const [[, code = ""] = []] = shown(page("README.md"));
    const lines = code.split("\n").filter((line) => line !== "" && !line.startsWith("import "));
    expect(lines).toHaveLength(5);
  });

  it("DO4: links to pages that exist, and to each of them", () => {
    const linked = new Set<string>();
    for (const [name, text] of pages) {
      for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
        expect(pages.has(target), `${name} links to ${target}`).toBe(true);
        linked.add(target);
      }
    }
    expect(new Set([...linked, "README.md"])).toEqual(new Set(names));
  });

  it("DO5: the reference names every option, event, error and export", () => {
    const options: Record<keyof HomeroomProviderOptions, true> = {
      token: true,
      loaded: true,
      savedSnapshot: true,
      warnBeforeLeaving: true,
      patienceMs: true,
      clock: true,
      connect: true,
      awareness: true,
      params: true,
      protocols: true,
      WebSocketPolyfill: true,
      resyncInterval: true,
      maxBackoffTime: true,
      disableBc: true,
      shouldReconnect: true,
    };
    const events: Record<keyof HomeroomEvents, true> = {
      save: true,
      "token-error": true,
      status: true,
      sync: true,
      synced: true,
      closed: true,
      "connection-close": true,
      "connection-error": true,
    };
    const errors: Record<ClientErrorCode, true> = {
      "invalid-room": true,
      "no-websocket": true,
      "no-token": true,
      "no-room": true,
      refused: true,
      destroyed: true,
    };
    for (const name of [options, events, errors].flatMap((table) => Object.keys(table))) {
      expect(page("reference.md")).toContain(`\`${name}\``);
    }
    for (const name of Object.keys(library)) expect(page("reference.md")).toContain(name);
    for (const name of Object.keys(react)) expect(page("react.md")).toContain(`\`${name}`);
  });
});
