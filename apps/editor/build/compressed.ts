import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

/** What is text, and asked for by browsers; source maps are for developers. */
const COMPRESSIBLE = /\.(js|css|html|svg)$/;

/** Of less than this, the headers weigh more than what is spared. */
const WORTH_BYTES = 1024;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/**
 * Writes each file of the build in two more forms, `.br` and `.gz`, packed as tightly as can be
 * because it happens once. The server sends the one that a browser takes.
 */
export function compressed(): Plugin {
  return {
    name: "homeroom-compressed",
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) throw new Error("the build is written to no directory");
      const files = Object.values(bundle).map(async (file) => {
        if (!COMPRESSIBLE.test(file.fileName)) return;
        const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
        if (content.length < WORTH_BYTES) return;
        const path = join(dir, file.fileName);
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        await writeFile(`${path}.br`, await brotli(content, { params }));
        await writeFile(`${path}.gz`, await zip(content, { level: 9 }));
      });
      await Promise.all(files);
    },
  };
}
