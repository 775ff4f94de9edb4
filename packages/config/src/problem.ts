/** One mistake in flags or environment, fit to be printed. */
export interface Problem {
  /** With its dashes. */
  readonly flag: string;
  /** As it was given; a description of it where it is secret; null where it is missing. */
  readonly value: string | null;
  /** The environment variable that the value came from; null where it came from the flag. */
  readonly variable: string | null;
  /** What is wrong, completing "<flag> <value> …". */
  readonly message: string;
  readonly allowed: string;
}

/** One line, whatever the value holds. */
export function formatProblem({ flag, value, variable, message }: Problem): string {
  const source = variable === null ? flag : `${flag} (${variable})`;
  return value === null ? `${source}: ${message}` : `${source} ${value}: ${message}`;
}
