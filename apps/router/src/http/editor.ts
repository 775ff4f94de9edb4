import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import fastifyStatic from "@fastify/static";
import type { App } from "./app.js";

/**
 * The page's own files and its own socket, nothing else. Styles may be inline, because editors
 * place carets and colours that way; scripts may not.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join("; ");

const MISSING = `The editor is not built. Build it with

  npm run build

and start Homeroom again. The server itself works: see /api/docs.
`;

/**
 * Serves the editor's build: `/` and `/d/<room>` are its one page, everything else is a file.
 * @param directory Where it was built, null where this process serves no editor.
 */
export async function addEditor(app: App, directory: string | null): Promise<void> {
  if (directory === null || !existsSync(join(directory, "index.html"))) {
    for (const url of ["/", "/d/*"]) {
      app.get(url, { schema: { hide: true } }, async (_request, reply) =>
        reply.code(503).type("text/plain; charset=utf-8").send(MISSING),
      );
    }
    return;
  }
  const assets = join(directory, "assets") + sep;
  await app.register(fastifyStatic, {
    root: directory,
    index: false,
    dotfiles: "ignore",
    cacheControl: false,
    // The build has each file as `.br` and `.gz` as well; the answer depends on what is accepted.
    preCompressed: true,
    setHeaders: (reply, path) => {
      reply.header("content-security-policy", CONTENT_SECURITY_POLICY);
      reply.header("cross-origin-opener-policy", "same-origin");
      // Names in there hold a hash of the content, so they never change.
      const immutable = path.startsWith(assets);
      reply.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  for (const url of ["/", "/d/*"]) {
    app.get(url, { schema: { hide: true } }, (_request, reply) => reply.sendFile("index.html"));
  }
}
