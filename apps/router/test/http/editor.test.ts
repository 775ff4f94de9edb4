import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { startRouter } from "../support/start-router.js";
import { call } from "./call.js";

async function start() {
  const directory = mkdtempSync(join(tmpdir(), "homeroom-editor-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  await mkdir(join(directory, "assets"));
  await writeFile(join(directory, "index.html"), "<!doctype html><title>Editor</title>");
  await writeFile(join(directory, "assets", "index-abc123.js"), "export {};");
  await writeFile(join(directory, "icon.svg"), "<svg/>");
  await writeFile(join(directory, ".env"), "SECRET=1");
  return await startRouter({ editorDirectory: directory });
}

describe("ED1: the editor's files", () => {
  it.each(["/", "/d/notes", "/d/docs%2Fa", "/d/a/b?token=t"])("%s is the page", async (path) => {
    const { url } = await start();
    const answer = await call(url + path);
    expect(answer.text).toMatch(/<title>Editor/);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  });

  it("are cached for ever where their names say what they hold", async () => {
    const { url } = await start();
    const asset = await call(`${url}/assets/index-abc123.js`);
    expect(asset).toMatchObject({ status: 200, text: "export {};" });
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(asset.headers.get("content-type")).toMatch(/javascript/);
    const icon = await call(`${url}/icon.svg`);
    expect(icon.headers.get("cache-control")).toBe("no-cache");
  });

  it("are all that there is", async () => {
    const { url } = await start();
    for (const path of ["/missing.js", "/.env", "/%2e%2e/%2e%2e/etc/passwd", "/assets"]) {
      const answer = await call(url + path);
      expect(answer).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
      expect(answer.headers.get("x-homeroom-node")).toBe("one");
    }
  });
});

describe("ED4: files that the build has compressed", () => {
  const code = `export const text = "${"long ".repeat(500)}";`;

  async function startCompressed() {
    const directory = mkdtempSync(join(tmpdir(), "homeroom-editor-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    await mkdir(join(directory, "assets"));
    for (const [name, content] of [
      ["index.html", "<!doctype html><title>Editor</title>"],
      ["assets/index-abc123.js", code],
    ] as const) {
      await writeFile(join(directory, name), content);
      await writeFile(join(directory, `${name}.br`), brotliCompressSync(content));
      await writeFile(join(directory, `${name}.gz`), gzipSync(content));
    }
    await writeFile(join(directory, "icon.svg"), "<svg/>");
    const { url } = await startRouter({ editorDirectory: directory });
    return (path: string, accepted: string, headers: Record<string, string> = {}) =>
      fetch(url + path, { headers: { ...headers, "accept-encoding": accepted } });
  }

  it.each([
    ["br, gzip", "br"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["identity", null],
    ["br;q=0", null],
  ])("go to who accepts %s as %s", async (accepted, encoding) => {
    const ask = await startCompressed();
    const asset = await ask("/assets/index-abc123.js", accepted);
    expect(asset.headers.get("content-encoding")).toBe(encoding);
    expect(asset.headers.get("vary")).toMatch(/accept-encoding/i);
    expect(asset.headers.get("content-type")).toMatch(/javascript/);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const length = Number(asset.headers.get("content-length"));
    if (encoding === null) expect(length).toBe(code.length);
    else expect(length).toBeLessThan(code.length / 10);
    expect(await asset.text()).toBe(code);

    for (const path of ["/", "/d/notes"]) {
      const page = await ask(path, accepted);
      expect(page.headers.get("content-encoding")).toBe(encoding);
      expect(page.headers.get("content-type")).toMatch(/^text\/html/);
      expect(page.headers.get("cache-control")).toBe("no-cache");
      expect(page.headers.get("content-security-policy")).toMatch(/default-src 'self'/);
      expect(await page.text()).toMatch(/<title>Editor/);
    }
  });

  it("keep an ETag for each form, and are not sent again to who has them", async () => {
    const ask = await startCompressed();
    const tags = new Set<string>();
    for (const accepted of ["br", "gzip", "identity"]) {
      const etag = (await ask("/", accepted)).headers.get("etag") ?? "";
      tags.add(etag);
      // As browsers ask; fetch alone would ask for a new copy in any case.
      const asked = { "if-none-match": etag, "cache-control": "max-age=0" };
      expect((await ask("/", accepted, asked)).status).toBe(304);
    }
    expect(tags.size).toBe(3);
  });

  it("are sent as they are where they were too small to compress", async () => {
    const ask = await startCompressed();
    const icon = await ask("/icon.svg", "br");
    expect(icon.headers.get("content-encoding")).toBeNull();
    expect(await icon.text()).toBe("<svg/>");
  });
});

it("ED2: the page may load its own files alone, and tells nobody its address", async () => {
  const { url } = await start();
  for (const path of ["/", "/d/notes", "/assets/index-abc123.js"]) {
    const { headers } = await call(url + path);
    expect(headers.get("content-security-policy")).toMatch(
      /default-src 'self'; connect-src 'self';.* object-src 'none'.* frame-ancestors 'self'/,
    );
    expect(headers.get("content-security-policy")).not.toMatch(/script-src|unsafe-eval/);
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

it("ED3: where the editor is not built, the page says how to build it", async () => {
  for (const editorDirectory of [null, join(tmpdir(), "there-is-no-editor-here")]) {
    const { url } = await startRouter({ editorDirectory });
    for (const path of ["/", "/d/notes"]) {
      const answer = await call(url + path);
      expect(answer.text).toMatch(/npm run build/);
      expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
    }
    expect((await call(`${url}/healthz`)).status).toBe(200);
  }
});
