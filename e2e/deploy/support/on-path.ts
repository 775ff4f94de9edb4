import { existsSync } from "node:fs";
import { join } from "node:path";

/** Whether a program is to be had. */
export const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, program)));
