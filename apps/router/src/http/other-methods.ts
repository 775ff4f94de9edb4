import type { HTTPMethods } from "fastify";
import type { App } from "./app.js";
import { Problem } from "./problem.js";

const METHODS: readonly HTTPMethods[] = [
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
];

/** The methods of each route, filled in as routes are added to `api`. */
export type RouteMethods = Map<string, Set<string>>;

/** Must come before the routes. */
export function recordMethods(api: App): RouteMethods {
  const recorded: RouteMethods = new Map();
  api.addHook("onRoute", ({ routePath, method }) => {
    const methods = recorded.get(routePath) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    recorded.set(routePath, methods);
  });
  return recorded;
}

/** Answers 405 with `Allow` where a path is that of a route and the method is not. */
export function answerOtherMethods(api: App, recorded: RouteMethods): void {
  for (const [url, methods] of [...recorded]) {
    const allow = METHODS.filter((name) => methods.has(name)).join(", ");
    const refuse = async (): Promise<never> => {
      throw new Problem("METHOD_NOT_ALLOWED", `this can be asked with ${allow}`, {
        headers: { allow },
      });
    };
    const method = METHODS.filter((name) => !methods.has(name));
    api.route({ method, url, schema: { hide: true }, onRequest: refuse, handler: refuse });
  }
}
