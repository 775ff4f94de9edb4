/** A wait took longer than it may. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number, options?: ErrorOptions) {
    super(`${what}: not within ${ms} ms`, options);
    this.name = "DeadlineError";
  }
}

/** Settles as `promise` does, or rejects with a `DeadlineError` after `ms`. */
export async function deadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
