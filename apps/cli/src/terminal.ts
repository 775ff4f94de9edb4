import type { Environment } from "@homeroom/config";

/** What a command sees of the world around it. */
export interface Terminal {
  /** What was asked for: results, one line at a time. */
  out(line: string): void;
  /** What went wrong, and progress. */
  err(line: string): void;
  /** Standard error, where it is a terminal that can redraw a line. */
  readonly screen: NodeJS.WriteStream | null;
  readonly env: Environment;
}

export const processTerminal = (): Terminal => ({
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  screen: process.stderr.isTTY ? process.stderr : null,
  env: process.env,
});
