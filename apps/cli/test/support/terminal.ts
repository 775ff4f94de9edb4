import { run, type Terminal } from "homeroom";

export interface Told {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** Runs a command in this process, and says what it said. */
export async function tell(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(...text.split("\n")),
    err: (text) => void err.push(...text.split("\n")),
    screen: null,
    env,
  };
  return { code: await run(args, terminal), out, err };
}
