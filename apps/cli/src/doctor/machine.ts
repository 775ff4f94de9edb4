import { readFile, stat } from "node:fs/promises";
import type { Settings } from "@homeroom/config";
import { type Finding, mend, note, ok } from "./finding.js";

const OLDEST_NODE = "20.19.0";
/** Descriptors beside those of clients: the store, the listeners, the standard streams. */
const OWN_FILES = 200;
/** What even a small deployment needs. */
const TOO_FEW_FILES = 1_000;
/** A clock before this was never set. */
const EARLIEST = Date.UTC(2026, 0);

export function checkNode(running: string): Finding {
  const words = `${running}; Homeroom needs ${OLDEST_NODE} or later`;
  const isOld = running.localeCompare(OLDEST_NODE, "en", { numeric: true }) < 0;
  return isOld ? mend("Node", `${words}: install a newer one`) : ok("Node", running);
}

/** Where systemd's time synchronisation says that it has succeeded. */
const SYNCHRONISED = "/run/systemd/timesync/synchronized";

/** Tokens expire by the wall clock. */
export async function checkClock(now: number): Promise<Finding> {
  const time = new Date(now).toISOString();
  if (now < EARLIEST) {
    return mend("clock", `${time} is wrong: set it, or tokens expire at the wrong time`);
  }
  const synchronised = await stat(SYNCHRONISED).then(
    () => ", synchronised",
    () => "; whether it is synchronised is not known here",
  );
  return ok("clock", `${time}${synchronised}`);
}

/** Linux tells a process its limits; elsewhere there is nothing to read. */
export async function checkOpenFiles(
  { maxConnections }: Pick<Settings, "maxConnections">,
  limitsFile = "/proc/self/limits",
): Promise<Finding> {
  const subject = "open files";
  const limits = await readFile(limitsFile, "utf8").catch(() => "");
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === undefined) return note(subject, "the limit is not known here: see ulimit -n");
  const wanted = maxConnections + OWN_FILES;
  const limit = soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  if (limit >= wanted) return ok(subject, `up to ${soft}`);
  const words =
    `up to ${soft}, but --max-connections ${maxConnections} needs ${wanted}: ` +
    `raise it (ulimit -n ${wanted}) or lower --max-connections`;
  return limit < TOO_FEW_FILES ? mend(subject, words) : note(subject, words);
}
