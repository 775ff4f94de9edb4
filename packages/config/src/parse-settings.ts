import type { Command } from "./command.js";
import { crossChecks } from "./cross-checks.js";
import {
  type Environment,
  type Flags,
  find,
  keysOf,
  type Parsed,
  parseTable,
  problemWith,
} from "./parse-table.js";
import { type Declarations, type Table, variableOf } from "./setting.js";
import { type Settings, settingsTable } from "./settings.js";

/** The settings that `command` takes, with the defaults that they have there. */
export function tableOf(command: Command): Table<Partial<Settings>> {
  const taken = keysOf(settingsTable).flatMap((key) => {
    const { commands, defaults, ...setting } = settingsTable[key];
    const taken = { ...setting, default: defaults?.[command] ?? setting.default };
    return commands.includes(command) ? [[key, taken] as const] : [];
  });
  return Object.fromEntries(taken) as Table<Partial<Settings>>;
}

/**
 * The settings of one command. A flag wins over its environment variable, and that over the
 * default; what the command does not take has its default. Every wrong value is reported at once; how
 * settings go together is looked at when each is right by itself.
 */
export function parseSettings(command: Command, flags: Flags, env: Environment): Parsed<Settings> {
  const defaults = parseTable<Settings>(settingsTable, {}, {});
  const given = parseTable<Partial<Settings>>(tableOf(command), flags, env);
  if (!defaults.ok) return defaults;
  if (!given.ok) return given;
  const settings: Settings = { ...defaults.settings, ...given.settings };
  const problems = crossChecks
    .filter(({ commands, fails }) => commands.includes(command) && fails(settings))
    .map(({ key, message }) => {
      const setting = settingsTable[key];
      return problemWith(setting, find(setting, key, flags, env), message);
    });
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems };
}

/**
 * The same settings for another process, as an environment: what was given by flag or variable, of
 * what `command` takes, and nothing else that begins with `HOMEROOM_`.
 */
export function inheritSettings(command: Command, flags: Flags, env: Environment): Environment {
  const inherited = Object.entries(env).filter(([name]) => !name.startsWith("HOMEROOM_"));
  const table: Declarations = tableOf(command);
  const given = Object.entries(table).flatMap(([key, setting]) => {
    const variable = variableOf(setting);
    const value = flags[key] ?? (variable === null ? undefined : env[variable]);
    return variable === null || value === undefined ? [] : [[variable, String(value)] as const];
  });
  return Object.fromEntries([...inherited, ...given]);
}
