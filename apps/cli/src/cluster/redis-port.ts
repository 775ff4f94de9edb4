import { randomInt } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ExitCode, Failure, messageOf } from "../failure.js";
import { whoListens } from "./who-listens.js";

/** Below the range from which systems take the ports of outgoing connections. */
const FIRST = 20_000;
const LAST = 31_999;
const ATTEMPTS = 100;
/** For the Redis of a cluster that was killed to end. */
const LEAVING_MS = 15_000;
const POLL_MS = 100;

/**
 * The port of the Redis whose data is in `directory`: the one that it had before. Nobody can listen
 * there twice, and so no two servers ever write the same data.
 * @param leavingMs How long a Redis that listens there is given to end.
 * @throws Failure where a Redis listens there after that
 */
export async function choosePort(
  directory: string,
  leavingMs: number = LEAVING_MS,
): Promise<number> {
  const file = join(directory, "port");
  const before = await readFile(file, "utf8").then(Number, () => Number.NaN);
  if (Number.isInteger(before) && before > 0 && (await isLeft(before, file, leavingMs)))
    return before;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    if (!(await isFree(port))) continue;
    await writeFile(file, `${port}\n`).catch((error: unknown) => {
      const line = `${file} cannot be written: ${messageOf(error)} (--data-dir)`;
      throw new Failure(ExitCode.failed, [line], { cause: error });
    });
    return port;
  }
  throw new Failure(ExitCode.failed, [`found no free port from ${FIRST} to ${LAST} for Redis`]);
}

/** Whether the port can be had again. False where something that is no Redis has taken it. */
async function isLeft(port: number, file: string, leavingMs: number): Promise<boolean> {
  const deadline = performance.now() + leavingMs;
  while (!(await isFree(port))) {
    const listener = await whoListens(port);
    if (listener === "something else") return false;
    if (performance.now() > deadline) {
      throw new Failure(ExitCode.failed, [
        `a Redis listens on port ${port}, where the one of this data directory listens (${file}): ` +
          "is a cluster running with it? Stop that one, or choose another --data-dir",
      ]);
    }
    await pause(POLL_MS);
  }
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
