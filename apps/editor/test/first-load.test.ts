import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const LIMIT_BYTES = 250_000;
/** With the rich text editor, which comes right after and which nobody can write without. */
const WITH_RICH_TEXT_BYTES = 285_000;

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

function chunk(name: string): string {
  const file = readdirSync(join(dist, "assets")).find(
    (each) => each.startsWith(`${name}-`) && each.endsWith(".js"),
  );
  if (file === undefined) throw new Error(`the build has no chunk ${name}`);
  return `assets/${file}`;
}

describe("the first load", () => {
  it("is built", () => {
    expect(existsSync(dist), "run npm run build").toBe(true);
  });

  it.each([
    ["the home page", ["home-page", "en"], LIMIT_BYTES],
    ["a document", ["document-page", "en"], LIMIT_BYTES],
    ["a document with its text", ["document-page", "text-page", "en"], WITH_RICH_TEXT_BYTES],
  ])("of %s keeps its limit, gzipped", (page, chunks, limit) => {
    const html = readFileSync(join(dist, "index.html"), "utf8");
    const entries = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
      ([, file = ""]) => file,
    );
    expect(entries.length).toBeGreaterThan(0);
    const files = filesOf([...entries, ...chunks.map(chunk)]);
    console.info(`${page}: ${Math.round(gzipped(files) / 1000)} kB in ${files.size} files`);
    expect(gzipped(files)).toBeLessThan(limit);
  });
});
