import { run } from "./run.js";
import { processTerminal } from "./terminal.js";

/** After a command is through, whatever is still open may hold up the exit for this long. */
const LINGER_MS = 500;

// The reader of a pipe may leave early: `homeroom rooms | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// Left to end by itself, Node first cleans up without listening to signals, and a late echo of Ctrl-C
// would end it as if it had not stopped well.
process.once("beforeExit", () => process.exit());

process.exitCode = await run(process.argv.slice(2), processTerminal());
setTimeout(() => process.exit(), LINGER_MS).unref();
