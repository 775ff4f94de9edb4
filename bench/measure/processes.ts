import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** Linux counts the time of processes in hundredths of a second (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** CPU time in milliseconds that processes have taken, all of their threads, user and system. */
export function cpuMs(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold anything; utime and stime are the 14th and 15th fields.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_MS;
}

/** Resident memory of processes, in bytes. */
export function residentBytes(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    kib += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  }
  return kib * 1024;
}

export interface ProcessEntry {
  readonly pid: number;
  readonly command: string;
}

/** Everything that a process has started, and what that has started, and so on. */
export async function descendants(root: number): Promise<readonly ProcessEntry[]> {
  const entries = await Promise.all(
    (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(readEntry),
  );
  const family = new Set([root]);
  const found: ProcessEntry[] = [];
  // A child may have a lower number than its parent once numbers have wrapped around.
  for (let grown = true; grown; ) {
    grown = false;
    for (const entry of entries) {
      if (entry === null || family.has(entry.pid) || !family.has(entry.parent)) continue;
      family.add(entry.pid);
      found.push(entry);
      grown = true;
    }
  }
  return found;
}

async function readEntry(name: string): Promise<(ProcessEntry & { parent: number }) | null> {
  try {
    const stat = await readFile(`/proc/${name}/stat`, "utf8");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    const command = (await readFile(`/proc/${name}/cmdline`, "utf8")).replaceAll("\0", " ");
    return { pid: Number(name), parent, command };
  } catch {
    // It ended while we looked.
    return null;
  }
}
