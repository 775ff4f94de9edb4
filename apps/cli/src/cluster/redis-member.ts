import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Environment } from "@homeroom/config";
import { ExitCode, Failure, messageOf } from "../failure.js";
import { choosePort } from "./redis-port.js";
import { type Relay, readLines } from "./relay.js";
import type { Member } from "./supervised.js";
import { whoListens } from "./who-listens.js";

/** The Redis that a cluster on one machine brings with it. */
export interface OwnRedis extends Member {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /**
   * An input of its process. Whoever is started with it keeps Redis alive, for it ends, however
   * they do, once the last of them has. Null while it does not run.
   */
  lifeline(): ChildProcess["stdin"];
}

const OLDEST_MAJOR = 7;
const VERSION_MS = 5_000;
const POLL_MS = 20;
/** It reads all of its data before it serves. */
const LOADING_MS = 15 * 60_000;

/** Process, role, date, time and level, of which the log has its own. */
const STAMP = /^\d+:[A-Z] \d+ \w+ \d+ [\d:.]+ \S /;

/**
 * Runs the command that follows, and ends it when told to, or once nobody holds the other end of
 * standard input: nothing else outlives a supervisor that was killed. `wait` is interrupted by the
 * signal, so it is asked again. Nothing but a POSIX shell is needed.
 */
const GUARD = `
exec 3<&0
"$@" 3<&- </dev/null & served=$!
(read -r _ <&3; kill "$served") >/dev/null 2>&1 & watch=$!
trap 'kill "$served"' TERM
wait "$served"; status=$?
while kill -0 "$served" 2>/dev/null; do wait "$served"; status=$?; done
kill "$watch" 2>/dev/null
exit "$status"
`;

/**
 * A redis-server with its data in `<dataDir>/redis`, always on the same port of loopback.
 * @throws Failure where there is no redis-server, or another one has the data
 */
export async function ownRedis(dataDir: string, env: Environment, relay: Relay): Promise<OwnRedis> {
  await requireServer(env);
  const directory = resolve(join(dataDir, "redis"));
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    const line = `${directory} cannot be made: ${messageOf(error)} (--data-dir)`;
    throw new Failure(ExitCode.failed, [line], { cause: error });
  });
  const port = await choosePort(directory);
  const options = {
    bind: "127.0.0.1",
    port: String(port),
    dir: directory,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
    loglevel: "warning",
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  let lifeline: ChildProcess["stdin"] = null;
  return {
    name: "redis",
    startWithinMs: LOADING_MS,
    url: `redis://127.0.0.1:${port}`,
    lifeline: () => (lifeline?.destroyed ? null : lifeline),
    start() {
      const child = spawn("sh", ["-c", GUARD, "sh", "redis-server", ...args], {
        env: withoutSettings(env),
        stdio: ["pipe", "pipe", "pipe"],
        // Ctrl-C is for the process that knows in which order to stop.
        detached: true,
      });
      lifeline = child.stdin;
      // That it has ended is heard of otherwise.
      lifeline.on("error", () => undefined);
      for (const output of [child.stdout, child.stderr]) {
        readLines(output, (line) => relay("redis", line.replace(STAMP, "")));
      }
      return { process: child, ready: untilServing(child, port).then(() => `127.0.0.1:${port}`) };
    },
    leave: (child) => void child.kill("SIGTERM"),
  };
}

/** Secrets are among them. */
const withoutSettings = (env: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("HOMEROOM_")));

async function untilServing(child: ChildProcess, port: number): Promise<void> {
  while ((await whoListens(port)) !== "serves") {
    // Whoever waits hears of the end by other ways.
    if (child.exitCode !== null || child.signalCode !== null)
      return await new Promise(() => undefined);
    await pause(POLL_MS);
  }
}

async function requireServer(env: Environment): Promise<void> {
  const mend =
    "install Redis 7 or later (apt install redis-server, brew install redis), or give the address " +
    "of one (--redis-url)";
  let words: string;
  try {
    const options = { timeout: VERSION_MS, env: withoutSettings(env) };
    words = (await promisify(execFile)("redis-server", ["--version"], options)).stdout;
  } catch (error) {
    const line = `a cluster needs Redis, and redis-server cannot be run here: ${mend}`;
    throw new Failure(ExitCode.failed, [line], { cause: error });
  }
  const version = /\bv=(\d+)[\d.]*/.exec(words);
  if (version === null || Number(version[1]) < OLDEST_MAJOR) {
    const found = version?.[0].slice("v=".length) ?? "of an unknown version";
    throw new Failure(ExitCode.failed, [`redis-server is ${found}, which is too old: ${mend}`]);
  }
}
