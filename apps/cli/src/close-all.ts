export interface Closable {
  close(): void | Promise<void>;
}

/** One after another, the last one first; one that fails does not keep the others open. */
export async function closeAll(opened: readonly Closable[]): Promise<void> {
  const errors: unknown[] = [];
  for (const part of [...opened].reverse()) {
    try {
      await part.close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "not everything could be closed");
}
