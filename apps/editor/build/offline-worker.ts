import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Languages to highlight in code mode are many and rarely used: kept when first used. */
const ON_DEMAND = /\/(lang|highlight)-[^/]*$/;

/**
 * Writes `offline.js`, the service worker that keeps this build of the page: the page itself from
 * the network while there is one, its files (whose names hold a hash) from the cache.
 */
export function offlineWorker(): Plugin {
  return {
    name: "homeroom-offline-worker",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle)
        .filter((file) => file.startsWith("assets/") && !file.endsWith(".map"))
        .filter((file) => !ON_DEMAND.test(file))
        .map((file) => `/${file}`)
        .sort((a, b) => a.localeCompare(b, "en"));
      const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
      const source = `"use strict";
const CACHE = ${JSON.stringify(`homeroom-${version}`)};
const FILES = ${JSON.stringify(["/", "/favicon.svg", ...files])};
(${worker.toString()})(CACHE, FILES);
`;
      this.emitFile({ type: "asset", fileName: "offline.js", source });
    },
  };
}

/** What the browser keeps of a service worker's scope; the DOM's types know pages only. */
interface WorkerScope {
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}

interface WorkerEvent {
  readonly request: Request;
  /** Not in every browser. */
  readonly addRoutes?: (rules: readonly object[]) => Promise<void>;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

/** Runs in the service worker: no name from outside but its parameters. */
function worker(cacheName: string, files: readonly string[]): void {
  /** A network that says nothing is as good as none. */
  const patienceMs = 3000;
  const scope = globalThis as unknown as WorkerScope;

  scope.addEventListener("install", (event) => {
    event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll([...files])));
    // What a page sends while it is left does not outlive it on the way through a worker.
    const change = { condition: { requestMethod: "DELETE" }, source: "network" };
    if (event.addRoutes !== undefined) event.waitUntil(event.addRoutes([change]));
  });

  // Runs when no page uses an older build any more.
  scope.addEventListener("activate", (event) => {
    const forget = async (): Promise<void> => {
      for (const name of await caches.keys()) if (name !== cacheName) await caches.delete(name);
    };
    event.waitUntil(forget());
  });

  scope.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (request.mode === "navigate") {
      if (url.pathname === "/" || url.pathname.startsWith("/d/")) {
        event.respondWith(page(request));
      }
    } else if (url.pathname.startsWith("/assets/")) {
      event.respondWith(file(request));
    }
  });

  async function page(request: Request): Promise<Response> {
    try {
      const answer = await fetch(request, { signal: AbortSignal.timeout(patienceMs) });
      if (answer.ok) return answer;
    } catch {
      // No server: the page that was kept.
    }
    return (await caches.match("/")) ?? fetch(request);
  }

  async function file(request: Request): Promise<Response> {
    const kept = await caches.match(request);
    if (kept !== undefined) return kept;
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(cacheName)).put(request, answer.clone());
    return answer;
  }
}
