import { spawnSync } from "node:child_process";
import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { HomeroomProcess } from "@homeroom/testkit";

/** Mounts a small file system at a directory that only the process and its children see. */
export const tinyDisk = (directory: string, size: string): readonly string[] => [
  ...unshare,
  "sh",
  "-c",
  'mount -t tmpfs -o "size=$2" tmpfs "$1" && shift 2 && exec "$@"',
  "sh",
  directory,
  size,
];

const unshare = ["unshare", "--user", "--map-root-user", "--mount"] as const;

/** Whether this machine lets us have mounts of our own. */
export const canMount: boolean =
  spawnSync(unshare[0], [...unshare.slice(1), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status ===
  0;

/** A file that fills what is left of a process's own disk; seen from outside through /proc. */
export class Ballast {
  readonly #path: string;

  constructor({ pid, dataDir }: Pick<HomeroomProcess, "pid" | "dataDir">) {
    this.#path = join("/proc", String(pid), "root", dataDir, "ballast");
  }

  /** Writes until the disk is full. */
  async fill(): Promise<void> {
    const file = await open(
      this.#path,
      constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND,
    );
    try {
      for (let size = 64 * 1024; size >= 1; ) {
        try {
          await file.write(new Uint8Array(size));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      await file.close();
    }
  }

  async remove(): Promise<void> {
    await rm(this.#path);
  }
}
