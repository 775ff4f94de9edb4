import { Command as Commander, CommanderError } from "commander";
import { addCommand } from "./command.js";
import { cluster } from "./commands/cluster.js";
import { coordinator } from "./commands/coordinator.js";
import { doctor } from "./commands/doctor.js";
import { drain } from "./commands/drain.js";
import { move } from "./commands/move.js";
import { nodes } from "./commands/nodes.js";
import { replay } from "./commands/replay.js";
import { resume } from "./commands/resume.js";
import { rooms } from "./commands/rooms.js";
import { router } from "./commands/router.js";
import { start } from "./commands/start.js";
import { token } from "./commands/token.js";
import { ExitCode, Failure } from "./failure.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

/**
 * The `homeroom` command.
 *
 * @param args What follows the command's name.
 * @returns the exit code; everything else has been said on the terminal.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = ExitCode.done;
  const done = (result: ExitCode): void => {
    code = result;
  };
  const program = new Commander("homeroom")
    .description("Real-time collaboration server for Yjs: every room has one home.")
    .version(version)
    .showHelpAfterError("(homeroom --help lists commands and flags)")
    .commandsGroup("Tools:")
    .helpCommand("help [command]", "the same as --help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  addCommand(program, start, terminal, done);
  addCommand(program, coordinator, terminal, done);
  addCommand(program, router, terminal, done);
  addCommand(program, cluster, terminal, done);
  addCommand(program, rooms, terminal, done);
  addCommand(program, nodes, terminal, done);
  addCommand(program, move, terminal, done);
  addCommand(program, drain, terminal, done);
  addCommand(program, resume, terminal, done);
  addCommand(program, token, terminal, done);
  addCommand(program, replay, terminal, done);
  addCommand(program, doctor, terminal, done);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
    }
    if (!(error instanceof Failure)) throw error;
    for (const line of error.lines) terminal.err(line);
    return error.exitCode;
  }
}
