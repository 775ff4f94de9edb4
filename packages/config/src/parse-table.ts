import type { Problem } from "./problem.js";
import { type Declaration, type Table, variableOf } from "./setting.js";

/** What a command line gave, by key: text, or true and false for switches. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export type Parsed<T> =
  | { readonly ok: true; readonly settings: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Where a value was given, as its problems quote it. */
export interface Given {
  readonly raw: string;
  readonly variable: string | null;
}

/** Reads every setting of a table: the flag, else the variable, else the default. */
export function parseTable<T>(table: Table<T>, flags: Flags, env: Environment): Parsed<T> {
  const settings: Partial<T> = {};
  const problems: Problem[] = [];
  for (const key of keysOf(table)) {
    const setting = table[key];
    const given = find(setting, key, flags, env);
    if (given === null) {
      settings[key] = null as T[typeof key];
      continue;
    }
    const result = setting.value.schema.safeParse(given.raw);
    if (result.success) settings[key] = result.data;
    else problems.push(problemWith(setting, given, `must be ${setting.value.allowed}`));
  }
  return problems.length === 0 ? { ok: true, settings: settings as T } : { ok: false, problems };
}

/** The keys of a table, in its order. */
export function keysOf<T>(table: Table<T>): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[];
}

/** An empty variable is a value like any other, so that a secret that got lost is noticed. */
export function find(
  setting: Declaration,
  key: string,
  flags: Flags,
  env: Environment,
): Given | null {
  const flag = flags[key];
  if (flag !== undefined) return { raw: String(flag), variable: null };
  const variable = variableOf(setting);
  const exported = variable === null ? undefined : env[variable];
  if (exported !== undefined) return { raw: exported, variable };
  return setting.default === null ? null : { raw: setting.default, variable: null };
}

export function problemWith(setting: Declaration, given: Given | null, message: string): Problem {
  return {
    flag: `--${setting.flag}`,
    value: given === null ? null : quote(setting, given.raw),
    variable: given?.variable ?? null,
    message,
    allowed: setting.value.allowed,
  };
}

/** A setting without a default that a command cannot do without. */
export function missing(setting: Declaration, message: string): Problem {
  return problemWith(setting, null, message);
}

const LONGEST_QUOTE = 200;

function quote(setting: Declaration, raw: string): string {
  if (setting.secret) return `(${Buffer.byteLength(raw)} bytes, not shown)`;
  // Whatever may be a URL's password is not shown either, even where the URL does not parse.
  const shown = raw.replace(/^([a-z+]+:\/\/)?.*@/is, "$1***@");
  return JSON.stringify(shown.length > LONGEST_QUOTE ? `${shown.slice(0, LONGEST_QUOTE)}…` : shown);
}
