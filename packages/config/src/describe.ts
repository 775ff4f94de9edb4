import { keysOf } from "./parse-table.js";
import { type Declaration, type Declarations, variableOf } from "./setting.js";
import { settingsTable } from "./settings.js";

/** A flag as a command-line parser declares it. */
export interface FlagDescription {
  /** `--port <port>`, or `--log-pretty` for a switch. */
  readonly flags: string;
  /** `--no-log-pretty` for a switch that the environment or a default may have turned on. */
  readonly negated: string | null;
  /** One sentence, the default and the variable. */
  readonly description: string;
}

export function describeFlags(table: Declarations): readonly FlagDescription[] {
  return Object.values(table).map(describeFlag);
}

function describeFlag(setting: Declaration): FlagDescription {
  const { flag, value, description } = setting;
  const notes = [defaultOf(setting), variableOf(setting)].filter((note) => note !== null);
  const negatable = value.placeholder === null && !setting.flagOnly;
  return {
    flags: value.placeholder === null ? `--${flag}` : `--${flag} ${value.placeholder}`,
    negated: negatable ? `--no-${flag}` : null,
    description: notes.length === 0 ? description : `${description} (${notes.join("; ")})`,
  };
}

function defaultOf({ default: written, defaultText, value }: Declaration): string | null {
  if (defaultText !== undefined) return `default: ${defaultText}`;
  return written === null || value.placeholder === null ? null : `default: ${written}`;
}

/** The table of settings for the operator's guide, in Markdown. */
export function describeSettings(): string {
  const rows = keysOf(settingsTable).map((key) => {
    const setting = settingsTable[key];
    const special = Object.entries(setting.defaults ?? {}).map(
      ([command, written]) => `${command}: \`${written}\``,
    );
    const usual =
      setting.defaultText ?? (setting.default === null ? "–" : `\`${setting.default}\``);
    const cells = [
      `\`--${setting.flag}\``,
      `\`${variableOf(setting)}\``,
      [usual, ...special].join(", "),
      setting.commands.join(", "),
      setting.description,
      setting.value.allowed,
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return [
    "| flag | environment | default | commands | meaning | allowed |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
