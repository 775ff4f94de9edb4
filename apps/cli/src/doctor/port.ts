import { createServer } from "node:net";
import type { Settings } from "@homeroom/config";
import { type Finding, mend, ok } from "./finding.js";

const HEALTH_MS = 2_000;

/** Whether a start could listen, or has. */
export async function checkPort({ host, port }: Settings): Promise<Finding> {
  const subject = "port";
  const trouble = await tryListening(host, port);
  if (trouble === null) return ok(subject, `${port} on ${host} is free`);
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (trouble === "EADDRINUSE" && (await isHomeroom(url))) {
    return ok(subject, `a Homeroom answers at ${url}`);
  }
  return mend(subject, `${port} on ${host} cannot be had (${trouble}): choose another --port`);
}

function tryListening(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}

async function isHomeroom(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(HEALTH_MS) });
    return answer.headers.has("x-homeroom-node");
  } catch {
    return false;
  }
}
