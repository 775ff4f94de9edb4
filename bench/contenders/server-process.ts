import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const READY = /\bready at (http:\S+)/;
const READY_MS = 30_000;
const STOP_MS = 20_000;
/** For all alike, as Homeroom's image has it: glibc then gives large buffers back. */
const ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: "131072" };

/** Servers that run: whatever ends the benchmark ends them too. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});

/** A server in a process of its own, from the line that says where it listens. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** SIGTERM, and SIGKILL if it takes too long. */
  stop(): Promise<void>;
}

/**
 * @param logs directory for what it says on standard error
 * @throws where it ends, or is silent, instead of being ready
 */
export async function startServer(args: readonly string[], logs: string): Promise<ServerProcess> {
  await mkdir(logs, { recursive: true });
  const log = join(logs, "server.log");
  const errors = openSync(log, "a");
  const env = { ...process.env, ...ENVIRONMENT };
  const child = spawn(process.execPath, [...args], { env, stdio: ["ignore", "pipe", errors] });
  closeSync(errors);
  running.add(child);
  child.once("exit", () => running.delete(child));
  const url = await readyUrl(child).catch(async (cause: unknown) => {
    child.kill("SIGKILL");
    const said = await readFile(log, "utf8");
    throw new Error(`${args.join(" ")} did not start:\n${said.slice(-2_000)}`, { cause });
  });
  return { url, pid: child.pid ?? 0, stop: () => stop(child) };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("it was not ready in time")), READY_MS);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
    child.once("error", reject);
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [, url] = READY.exec(line) ?? [];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(late);
}
