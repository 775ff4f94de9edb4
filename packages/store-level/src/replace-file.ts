import { open, rename } from "node:fs/promises";
import { join } from "node:path";

/** Gives a file this content: all of it or what was there before, whenever the power goes. */
export async function replaceFile(
  directory: string,
  name: string,
  content: string | Uint8Array,
): Promise<void> {
  // A name that LevelDB does not know, and so leaves alone.
  const temporary = join(directory, `${name}.new`);
  await withFile(temporary, "w", async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
  await rename(temporary, join(directory, name));
  await withFile(directory, "r", (entries) => entries.sync());
}

type File = Awaited<ReturnType<typeof open>>;

async function withFile(
  path: string,
  flags: string,
  work: (file: File) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
