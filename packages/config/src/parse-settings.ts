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
import type { Table } from "./setting.js";
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
