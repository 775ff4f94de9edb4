import type { Value } from "./value.js";

/** How a setting is written and spoken of, whatever its type. */
export interface Declaration {
  /** Without the dashes. */
  readonly flag: string;
  readonly value: Pick<Value<unknown>, "placeholder" | "allowed">;
  /** As a user would write it; null where the setting may stay without a value. */
  readonly default: string | null;
  /** What `--help` says in place of the default, where that is not a plain value. */
  readonly defaultText?: string;
  readonly description: string;
  /** Never printed. */
  readonly secret?: true;
  /** Belongs to one call rather than to a deployment: no environment variable. */
  readonly flagOnly?: true;
}

/** One setting: a flag, and the environment variable of the same name unless `flagOnly`. */
export interface Setting<T> extends Declaration {
  readonly value: Value<NonNullable<T>>;
  readonly default: null extends T ? string | null : string;
}

/** The settings that make up `T`, each under the key that its parsed value gets. */
export type Table<T> = { readonly [Key in keyof T]: Setting<T[Key]> };

/** A table of which only the words matter. */
export type Declarations = Readonly<Record<string, Declaration>>;

/** `--max-connections` is `HOMEROOM_MAX_CONNECTIONS`; null for a flag without a variable. */
export function variableOf(setting: Declaration): string | null {
  return setting.flagOnly ? null : `HOMEROOM_${setting.flag.toUpperCase().replaceAll("-", "_")}`;
}
