// npm run bench:editor: how long a long document takes to open, and a key to reach the screen while
// another person types, in Chromium.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Lab } from "@homeroom/testkit";
import { type Browser, chromium, type Page } from "@playwright/test";
import config from "../../e2e/playwright.config.js";
import { quantile, summarize } from "../measure/statistics.js";
import { longDocument } from "./document.js";
import { isShown, watchKeys, whenPainted } from "./page.js";
import { Typist } from "./typist.js";

const OPEN_LIMIT_MS = 3000;
const KEY_LIMIT_MS = 50;
const room = "long-document";

const { values } = parseArgs({
  options: {
    paragraphs: { type: "string", default: "5000" },
    keys: { type: "string", default: "200" },
    /** Milliseconds from one key to the next, of both people: 100 is a fast typist. */
    every: { type: "string", default: "100" },
    repetitions: { type: "string", default: "3" },
    /** Writes a CPU profile of the typing, for Chromium's developer tools. */
    profile: { type: "string" },
  },
});
const paragraphs = Number(values.paragraphs);
const everyMs = Number(values.every);

const lab = new Lab();
const browser = await chromium.launch(config.use?.launchOptions);
let typist: Typist | null = null;
try {
  const { url } = await lab.homeroom();
  typist = await Typist.join(url, room, longDocument(paragraphs));
  const opened: number[] = [];
  const p95s: number[] = [];
  for (let repetition = 0; repetition < Number(values.repetitions); repetition++) {
    const { page, ms } = await open(browser, `${url}/d/${room}`);
    opened.push(ms);
    typist.start(1, everyMs);
    const keys = await keysOf(page);
    typist.stop();
    p95s.push(quantile(keys, 0.95));
    const median = quantile(keys, 0.5).toFixed(0);
    const slowest = quantile(keys, 1).toFixed(0);
    console.log(
      `${repetition + 1}: opened in ${ms.toFixed(0)} ms; a key took ${median} ms (median), ` +
        `${quantile(keys, 0.95).toFixed(0)} ms (p95), ${slowest} ms (slowest of ${keys.length})`,
    );
    await page.context().close();
  }
  const toOpen = summarize(opened).median;
  const key = summarize(p95s).median;
  console.log(`${paragraphs} paragraphs, ${typist.typed} keys of another person`);
  console.log(`opens in ${toOpen.toFixed(0)} ms (limit ${OPEN_LIMIT_MS})`);
  console.log(`a key is on the screen in ${key.toFixed(0)} ms p95 (limit ${KEY_LIMIT_MS})`);
  process.exitCode = toOpen <= OPEN_LIMIT_MS && key <= KEY_LIMIT_MS ? 0 : 1;
} finally {
  typist?.leave();
  await browser.close();
  await lab.close();
}

/** A browser without anything kept from before. @returns milliseconds until it can be typed in */
async function open(browser: Browser, address: string): Promise<{ page: Page; ms: number }> {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(isShown, paragraphs);
  const ms = await page.evaluate(whenPainted);
  await page.locator("[data-save-state=saved]").waitFor();
  return { page, ms };
}

/** Types in the middle of the document. @returns sorted milliseconds, without the first ten keys */
async function keysOf(page: Page): Promise<Float64Array> {
  const middle = page.getByRole("textbox", { name: "Document" }).locator("> p").nth(1000);
  await middle.scrollIntoViewIfNeeded();
  await middle.click();
  await page.keyboard.press("End");
  await page.evaluate(watchKeys);
  const profiler = values.profile === undefined ? null : await page.context().newCDPSession(page);
  await profiler?.send("Profiler.enable");
  await profiler?.send("Profiler.start");
  const warmUp = 10;
  const count = Number(values.keys) + warmUp;
  await page.keyboard.type("word ".repeat(count / 5 + 1).slice(0, count), { delay: everyMs });
  await page.waitForFunction((count) => (window.homeroomKeys?.length ?? 0) >= count, count);
  if (profiler !== null && values.profile !== undefined) {
    const { profile } = await profiler.send("Profiler.stop");
    await writeFile(values.profile, JSON.stringify(profile));
  }
  const latencies = await page.evaluate(() => window.homeroomKeys ?? []);
  return Float64Array.from(latencies.slice(warmUp)).sort();
}
