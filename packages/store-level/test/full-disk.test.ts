import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { tempDir } from "@homeroom/testkit";
import { expect, test } from "vitest";
import { runScript } from "./support/run-script.js";

const NAMESPACES = ["unshare", "--map-root-user", "--mount"];

/** Null where a disk of our own can be mounted, else why not. */
async function obstacle(): Promise<string | null> {
  const [command = "", ...args] = NAMESPACES;
  const mount = "mount -t tmpfs -o size=1m tmpfs /mnt";
  try {
    await promisify(execFile)(command, [...args, "sh", "-c", mount]);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("SL12 a full disk withholds and loses nothing, and heals when there is space", async (context) => {
  const reason = await obstacle();
  if (reason !== null) {
    const note = `not run: no file system can be mounted here (${reason.trim()})`;
    process.stdout.write(`SL12 ${note}\n`);
    context.skip(note);
  }
  const directory = await tempDir();
  const script = await runScript("full-disk.ts", [directory.path], NAMESPACES);
  try {
    const exit = await script.exited;
    expect(exit, script.output()).toEqual({ code: 0, signal: null });
    expect(script.output()).toContain("all held");
  } finally {
    await script.close();
    await directory.close();
  }
});
