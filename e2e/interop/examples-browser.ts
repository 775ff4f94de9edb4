import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { repository } from "@homeroom/testkit";
import { type Browser, chromium, type Page } from "@playwright/test";
import { build } from "esbuild";

export const examplesDir: string = join(repository, "packages/client/examples");

/** The address in every example, which `npm start` listens on. */
const WRITTEN = "ws://127.0.0.1:1234";
const ROOM = /examples\/[a-z-]+/g;
const SYSTEM_CHROMIUM = "/usr/bin/chromium";

/** An example as it is written, but for the address of the server. */
export async function exampleSource(file: string, wsUrl: string): Promise<string> {
  const source = await readFile(join(examplesDir, file), "utf8");
  if (!source.includes(WRITTEN)) throw new Error(`${file} does not name ${WRITTEN}`);
  return source.replaceAll(WRITTEN, wsUrl);
}

/**
 * A real browser whose pages run examples, and the app that serves them; each page is somebody
 * with a browser of their own.
 */
export class ExamplesBrowser {
  /** The origin of the pages, which a server has to allow. */
  readonly origin: string;
  readonly #browser: Browser;
  readonly #app: Server;
  /** What the app serves, by path. */
  readonly #pages: Map<string, string>;
  #opened: number = 0;

  static async launch(): Promise<ExamplesBrowser> {
    const pages = new Map<string, string>();
    const app = createServer((request, response) => {
      const page = pages.get(new URL(request.url ?? "/", "http://app").pathname);
      response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html" });
      response.end(page);
    });
    app.listen(0, "127.0.0.1");
    await once(app, "listening");
    const browser = await chromium.launch({
      ...(existsSync(SYSTEM_CHROMIUM) && { executablePath: SYSTEM_CHROMIUM }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    });
    return new ExamplesBrowser(browser, app, pages);
  }

  private constructor(browser: Browser, app: Server, pages: Map<string, string>) {
    this.origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    this.#browser = browser;
    this.#app = app;
    this.#pages = pages;
  }

  /**
   * Opens a page with one example on it.
   * @param options.room Puts the example into this room instead of its own
   * @param options.answer Answers what the example asks of its app, under `/my-app/`
   */
  async open(
    file: string,
    { wsUrl }: { readonly wsUrl: string },
    options: {
      readonly query?: string;
      readonly room?: string;
      readonly answer?: () => Promise<string>;
    } = {},
  ): Promise<ExamplePage> {
    this.#opened += 1;
    const path = `/page-${this.#opened}`;
    this.#pages.set(path, html(await bundle(file, wsUrl, options.room)));
    const context = await this.#browser.newContext();
    const errors: string[] = [];
    await context.route(`${this.origin}/my-app/**`, async (route) =>
      route.fulfill({ contentType: "text/plain", body: (await options.answer?.()) ?? "" }),
    );
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`${this.origin}${path}${options.query ?? ""}`);
    return { page, errors, leave: () => context.close() };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#app.closeAllConnections();
    await new Promise((resolve) => this.#app.close(resolve));
  }
}

export interface ExamplePage {
  readonly page: Page;
  /** What the page threw and nobody caught. */
  readonly errors: readonly string[];
  leave(): Promise<void>;
}

/**
 * Waits until the browser has written what y-indexeddb gave it: a transaction that reads waits for
 * those before it that write.
 */
export async function storedByThePage(page: Page, database: string): Promise<void> {
  // As text, because these tests are compiled without the browser's types.
  await page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open(${JSON.stringify(database)});
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("updates", "readonly");
      transaction.objectStore("updates").count();
      transaction.oncomplete = () => resolve(opening.result.close());
      transaction.onabort = () => reject(transaction.error);
    };
  })`);
}

async function bundle(file: string, wsUrl: string, room?: string): Promise<string> {
  const source = await exampleSource(file, wsUrl);
  const { outputFiles } = await build({
    stdin: {
      contents: room === undefined ? source : source.replaceAll(ROOM, room),
      resolveDir: examplesDir,
      sourcefile: file,
      loader: file.endsWith("x") ? "tsx" : "ts",
    },
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

const html = (script: string): string => `<!doctype html>
<html lang="en"><title>Example</title><body>
<div id="editor"></div><textarea id="text" aria-label="Text"></textarea><p id="notice"></p>
<script type="module">${script.replaceAll("</script", "<\\/script")}</script>
</body></html>`;
