import { ClassicLevel } from "classic-level";

export type Level = ClassicLevel<Buffer, Buffer>;

const KIB = 1024;
const MIB = 1024 * KIB;

/** LevelDB's own options; docs/adr tells why. */
const options = {
  keyEncoding: "buffer",
  valueEncoding: "buffer",
  // Yjs encodings hardly compress, and tables that are not compressed can be mended.
  compression: false,
  // Every entry holds its whole key: an altered byte costs one record.
  blockRestartInterval: 1,
  // Up to two of these are in memory, and in logs that are read at every start.
  writeBufferSize: 8 * MIB,
  maxFileSize: 8 * MIB,
  // Rooms are read once and then live in memory; only heads and indexes profit.
  cacheSize: 8 * MIB,
  blockSize: 4 * KIB,
} as const;

/** Opens LevelDB, in a new directory only where `create` says so. @throws Error of classic-level */
export async function openLevel(directory: string, create: boolean): Promise<Level> {
  const level: Level = new ClassicLevel<Buffer, Buffer>(directory, options);
  await level.open({ ...options, createIfMissing: create });
  return level;
}
