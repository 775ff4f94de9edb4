/** How `homeroom` ends. */
export const ExitCode = {
  done: 0,
  /** It could not be done, or something must be mended. */
  failed: 1,
  /** Flags or environment say something that is not allowed. */
  usage: 2,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A failure that needs no stack trace: its lines say what to do. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];

  constructor(exitCode: ExitCode, lines: readonly string[], options?: ErrorOptions) {
    super(lines.join("\n"), options);
    this.name = "Failure";
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
