import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempDir {
  readonly path: string;
  /** Removes the directory and what it holds. */
  close(): Promise<void>;
}

/** A new empty directory, outside of the repository. */
export async function tempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), "homeroom-test-"));
  return { path, close: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
