import { StoreError } from "@homeroom/room";

const NO_SPACE = new Set(["ENOSPC", "EDQUOT"]);

/** The code of an error of the file system or of classic-level, which wraps the one that matters. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const inner = codeOf(error.cause);
  if (inner !== null) return inner;
  return "code" in error && typeof error.code === "string" ? error.code : null;
}

export const isNoSpace = (error: unknown): boolean => NO_SPACE.has(codeOf(error) ?? "");

/** Whatever went wrong while the store was opened or read, as what the port promises. */
export function toStoreError(error: unknown, directory: string): StoreError {
  if (error instanceof StoreError) return error;
  const options = { cause: error };
  if (isNoSpace(error)) return noSpace(directory, error);
  switch (codeOf(error)) {
    case "LEVEL_LOCKED":
      return new StoreError(
        "LOCKED",
        `${directory} is in use by another process: stop it, or give each process its own directory`,
        options,
      );
    case "LEVEL_CORRUPTION":
      return new StoreError(
        "DAMAGED",
        `LevelDB finds ${directory} damaged: restore it from a backup`,
        options,
      );
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new StoreError("UNAVAILABLE", `${directory} cannot be used: ${reason}`, options);
    }
  }
}

export function noSpace(directory: string, cause: unknown): StoreError {
  return new StoreError("FULL", `no space left for ${directory}: free some, writing goes on then`, {
    cause,
  });
}
