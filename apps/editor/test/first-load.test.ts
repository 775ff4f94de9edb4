import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
/** For all that comes before a page can be used; for a document, before it is typed in. */
const LIMIT_BYTES = 250_000;

/** Every file that a page loads before it is usable: what the entries import, and so on. */
function filesOf(entries: readonly string[]): ReadonlySet<string> {
  const files = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    if (!file.endsWith(".js")) return;
    const source = readFileSync(join(dist, file), "utf8");
    for (const [, path = ""] of source.matchAll(/(?:from|import)\s*["'](\.\.?\/[^"']+)["']/g)) {
      visit(posix.join(posix.dirname(file), path));
    }
  };
  for (const entry of entries) visit(entry);
  return files;
}

function gzipped(files: Iterable<string>): number {
  let bytes = 0;
  for (const file of files) bytes += gzipSync(readFileSync(join(dist, file))).length;
  return bytes;
}

/** The files of a lazily loaded part: its code, and its styles where it has some. */
function part(name: string): readonly string[] {
  const files = readdirSync(join(dist, "assets")).filter((each) =>
    new RegExp(`^${name}-.{8}\\.(js|css)$`).test(each),
  );
  if (!files.some((file) => file.endsWith(".js"))) throw new Error(`the build has no part ${name}`);
  return files.map((file) => `assets/${file}`);
}

describe("the first load", () => {
  it("is built", () => {
    expect(existsSync(dist), "run npm run build").toBe(true);
  });

  it.each([
    ["the home page", ["home-page", "en"]],
    ["a document of rich text", ["document-page", "text-page", "de"]],
  ])("of %s keeps its limit, gzipped", (page, parts) => {
    const html = readFileSync(join(dist, "index.html"), "utf8");
    const entries = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
      ([, file = ""]) => file,
    );
    expect(entries.length).toBeGreaterThan(0);
    const files = filesOf([...entries, ...parts.flatMap(part)]);
    console.info(`${page}: ${Math.round(gzipped(files) / 1000)} kB in ${files.size} files`);
    expect(gzipped(files)).toBeLessThan(LIMIT_BYTES);
  });

  it("is there compressed, each file twice", () => {
    const large = readdirSync(dist, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(js|css|html)$/.test(file))
      .map((file) => join(dist, file))
      .filter((path) => readFileSync(path).length >= 1024);
    expect(large.length).toBeGreaterThan(10);
    for (const path of large) {
      const content = readFileSync(path);
      const [brotli, gzip] = [readFileSync(`${path}.br`), readFileSync(`${path}.gz`)];
      expect(brotliDecompressSync(brotli).equals(content), path).toBe(true);
      expect(gunzipSync(gzip).equals(content), path).toBe(true);
      expect(brotli.length).toBeLessThan(gzip.length);
    }
  });
});
