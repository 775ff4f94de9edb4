import { mkdtemp, rmdir, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "../failure.js";
import { type Finding, mend, note, ok } from "./finding.js";

const GIB = 1024 ** 3;
const SCARCE_BYTES = GIB;
const TOO_LITTLE_BYTES = GIB / 10;

/** Whether rooms can be stored there, short of opening the store. */
export async function checkDirectory(dataDir: string): Promise<Finding[]> {
  const subject = "data directory";
  const path = resolve(dataDir);
  const existing = await nearestExisting(path);
  if (!(await stat(existing)).isDirectory()) {
    return [mend(subject, `${existing} is not a directory: choose another --data-dir`)];
  }
  try {
    // Nothing tells as surely as trying: a user's rights, read-only file systems, quotas.
    await rmdir(await mkdtemp(join(existing, ".homeroom-doctor-")));
  } catch (error) {
    const words = `${existing} cannot be written (${messageOf(error)}): change its owner or mode`;
    return [mend(subject, words)];
  }
  const words = existing === path ? `${path} can be written` : `${path} will be made`;
  return [ok(subject, words), await checkSpace(existing)];
}

async function checkSpace(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const words = `${(free / GIB).toFixed(1)} GiB free`;
  if (free < TOO_LITTLE_BYTES)
    return mend("disk", `${words}: free some space, or edits are not stored`);
  return free < SCARCE_BYTES ? note("disk", `${words}: not much`) : ok("disk", words);
}

async function nearestExisting(path: string): Promise<string> {
  const exists = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
  const parent = dirname(path);
  return exists || parent === path ? path : await nearestExisting(parent);
}
