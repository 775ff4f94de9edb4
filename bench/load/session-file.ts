import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readTrace, type Trace } from "@homeroom/trace";

/** Recorded editing sessions: the folder `HOMEROOM_TRACES`, or `shared/traces` beside the repository. */
export async function session(name: string): Promise<Trace> {
  const beside = fileURLToPath(new URL("../../../shared/traces", import.meta.url));
  const folder = process.env.HOMEROOM_TRACES ?? beside;
  const path = `${folder}/${name}.json.gz`;
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing: set HOMEROOM_TRACES to a folder with the sessions of ` +
        "https://github.com/josephg/editing-traces",
    );
  }
  return await readTrace(path);
}
