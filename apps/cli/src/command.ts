import {
  type Declarations,
  describeFlags,
  type Environment,
  type Flags,
  formatProblem,
  type Parsed,
} from "@homeroom/config";
import { type Command as Commander, Option } from "commander";
import { ExitCode, Failure } from "./failure.js";
import type { Terminal } from "./terminal.js";

/** In the order in which `--help` lists them. */
export type Group = "servers" | "a running Homeroom" | "tools";

/** One command of `homeroom`, whose settings are a `T`. */
export interface Command<T> {
  readonly name: string;
  readonly summary: string;
  /** The heading that `--help` lists it under. */
  readonly group: Group;
  /** Its one operand, which must be given; null where it takes none. */
  readonly operand: { readonly name: string; readonly description: string } | null;
  /** The flags that it takes. */
  readonly flags: Declarations;
  readonly parse: (flags: Flags, env: Environment) => Parsed<T>;
  /** @returns the exit code. @throws Failure */
  readonly run: (settings: T, terminal: Terminal, operand: string) => Promise<ExitCode>;
}

/** Declares `command` to the parser; `done` hears how it ended. */
export function addCommand<T>(
  program: Commander,
  command: Command<T>,
  terminal: Terminal,
  done: (code: ExitCode) => void,
): void {
  const { name, summary, group, operand, flags } = command;
  const declared = program.command(name).description(summary).allowExcessArguments(false);
  declared.helpGroup(`${group[0]?.toUpperCase()}${group.slice(1)}:`);
  if (operand) declared.argument(`<${operand.name}>`, operand.description);
  for (const flag of describeFlags(flags)) {
    declared.addOption(new Option(flag.flags, flag.description));
    if (flag.negated) declared.addOption(new Option(flag.negated).hideHelp());
  }
  declared.action(async () => {
    const parsed = command.parse(declared.opts(), terminal.env);
    if (!parsed.ok) throw new Failure(ExitCode.usage, parsed.problems.map(formatProblem));
    done(await command.run(parsed.settings, terminal, declared.args[0] ?? ""));
  });
}
