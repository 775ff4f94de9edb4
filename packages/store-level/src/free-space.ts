import { randomFillSync } from "node:crypto";
import { open, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { StoreError } from "@homeroom/room";
import { codeOf, isNoSpace, noSpace, toStoreError } from "./errors.js";

const CHUNK = 1024 * 1024;

/** Below this much free space LevelDB's own compactions fail sooner or later: the disk is full. */
export const HEADROOM_BYTES: number = 16 * 1024 * 1024;

/**
 * Whether `bytes` can be written to the directory, found out by writing them: what the file system
 * reports knows of no quota. Random bytes, because some file systems store zeros for nothing.
 * @throws Error of the file system other than "no space"
 */
export async function hasSpace(directory: string, bytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < bytes) return false;
  const path = join(directory, "space-check");
  const chunk = randomFillSync(Buffer.allocUnsafe(CHUNK));
  try {
    const file = await open(path, "w");
    try {
      for (let left = bytes; left > 0; left -= CHUNK) {
        await file.writeFile(chunk.subarray(0, Math.min(left, CHUNK)));
      }
      await file.sync();
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isNoSpace(error)) return false;
    throw error;
  } finally {
    await unlink(path).catch(() => {});
  }
}

/**
 * What went wrong, as what the port promises. LevelDB says of the file system's errors only that
 * there was one: whether space is what it lacked is found out.
 */
export async function explain(
  error: unknown,
  directory: string,
  bytes: number,
): Promise<StoreError> {
  if (codeOf(error) !== "LEVEL_IO_ERROR") return toStoreError(error, directory);
  try {
    if (!(await hasSpace(directory, bytes))) return noSpace(directory, error);
  } catch (reason) {
    return toStoreError(reason, directory);
  }
  return toStoreError(error, directory);
}
