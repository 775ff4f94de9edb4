import { type Settings, unknownVariables } from "@homeroom/config";
import { createLogger } from "@homeroom/observability";
import { ExitCode, Failure } from "../failure.js";
import { OTHER_VARIABLES } from "../other-variables.js";
import type { Leaving, Running } from "../running.js";
import type { Terminal } from "../terminal.js";
import { version } from "../version.js";
import { explain } from "./explain.js";
import { inTime } from "./in-time.js";
import { Signals } from "./signals.js";
import { superiorGone } from "./superior.js";

export type Logger = ReturnType<typeof createLogger>;

/** Makes a part of Homeroom run, as its `compose.ts` does. */
export type Compose = (settings: Settings, logger: Logger) => Promise<Running>;

export interface Server {
  /** As the line says that it is ready: `Homeroom`, `Router router-1`. */
  readonly name: string;
  readonly settings: Settings;
  readonly compose: Compose;
}

/** Runs a server in this process until a signal asks it to stop, or until it ends by itself. */
export async function serve(server: Server, terminal: Terminal): Promise<ExitCode> {
  const { name, settings } = server;
  const logger = createLogger({
    level: settings.logLevel,
    pretty: settings.logPretty ?? terminal.screen !== null,
    fields: { node: settings.nodeId },
  });
  const signals = new Signals(process, terminal.env, (code) => {
    logger.warn("a second signal: ending at once");
    process.exit(code);
  });
  const superior = superiorGone(process);
  // The journal survives this, and nobody knows what else would.
  const crash = (error: unknown): void => {
    logger.fatal({ err: error }, "an error that nobody expected: ending");
    process.exit(ExitCode.failed);
  };
  process.once("uncaughtException", crash);
  try {
    for (const variable of unknownVariables(terminal.env, OTHER_VARIABLES)) {
      logger.warn({ variable }, "an environment variable that means nothing: misspelt?");
    }
    const running = await compose(server, logger);
    logger.info({ url: running.url, version, dataDir: settings.dataDir }, "ready");
    terminal.out(`${name} is ready at ${running.url}`);

    const end = await Promise.race([
      signals.first.then((signal) => ({ because: { signal }, leaving: "alone" }) as const),
      superior.gone.then(() => ({ because: {}, leaving: "together" }) as const),
      running.ended.then(
        (error) => ({ because: { err: error }, leaving: "alone", error }) as const,
      ),
    ]);
    if ("error" in end) logger.error(end.because, "cannot go on: stopping");
    else logger.info(end.because, "stopping");
    const stopped = await stop(running, end.leaving, settings.drainTimeout, logger);
    return "error" in end ? ExitCode.failed : stopped;
  } finally {
    signals.close();
    superior.close();
    process.off("uncaughtException", crash);
  }
}

async function stop(
  running: Running,
  leaving: Leaving,
  within: number,
  logger: Logger,
): Promise<ExitCode> {
  try {
    if (await inTime(running.close(leaving), within)) {
      logger.info("stopped");
      return ExitCode.done;
    }
    logger.error({ within }, "stopping took too long: ending all the same");
  } catch (error) {
    logger.error({ err: error }, "stopping failed");
  }
  return ExitCode.failed;
}

/** What an operator can mend is said in a line, without a stack. */
async function compose(server: Server, logger: Logger): Promise<Running> {
  try {
    return await server.compose(server.settings, logger);
  } catch (error) {
    const explanation = explain(error, server.settings);
    if (explanation === null) throw error;
    throw new Failure(ExitCode.failed, [explanation], { cause: error });
  }
}
