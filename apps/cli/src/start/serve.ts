import { type Settings, unknownVariables } from "@homeroom/config";
import { createLogger } from "@homeroom/observability";
import { StoreError } from "@homeroom/room";
import { RouterError } from "@homeroom/router";
import { composeHomeroom, type Homeroom } from "../compose.js";
import { ExitCode, Failure } from "../failure.js";
import { OTHER_VARIABLES } from "../other-variables.js";
import type { Terminal } from "../terminal.js";
import { version } from "../version.js";
import { inTime } from "./in-time.js";
import { Signals } from "./signals.js";

/** Runs a whole Homeroom in this process until a signal asks it to stop. */
export async function serve(settings: Settings, terminal: Terminal): Promise<ExitCode> {
  const logger = createLogger({
    level: settings.logLevel,
    pretty: settings.logPretty ?? terminal.screen !== null,
    fields: { node: settings.nodeId },
  });
  const signals = new Signals(process, terminal.env, (code) => {
    logger.warn("a second signal: ending at once");
    process.exit(code);
  });
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
    const homeroom = await compose(settings, logger);
    logger.info({ url: homeroom.url, version, dataDir: settings.dataDir }, "ready");
    terminal.out(`Homeroom is ready at ${homeroom.url}`);

    logger.info({ signal: await signals.first }, "stopping");
    return await stop(homeroom, settings.drainTimeout, logger);
  } finally {
    signals.close();
    process.off("uncaughtException", crash);
  }
}

async function stop(homeroom: Homeroom, within: number, logger: Logger): Promise<ExitCode> {
  try {
    if (await inTime(homeroom.close(), within)) {
      logger.info("stopped");
      return ExitCode.done;
    }
    logger.error({ within }, "stopping took too long: ending all the same");
  } catch (error) {
    logger.error({ err: error }, "stopping failed");
  }
  return ExitCode.failed;
}

type Logger = ReturnType<typeof createLogger>;

/** What an operator can mend is said in a line, without a stack. */
async function compose(settings: Settings, logger: Logger): Promise<Homeroom> {
  try {
    return await composeHomeroom(settings, logger);
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof RouterError)) throw error;
    const flag = flagBehind(error, settings);
    throw new Failure(ExitCode.failed, [`${error.message} (${flag})`], { cause: error });
  }
}

function flagBehind(error: StoreError | RouterError, { metricsPort }: Settings): string {
  if (error instanceof StoreError) return "--data-dir";
  if (error.code === "HOST_UNKNOWN") return "--host";
  return metricsPort === null ? "--port" : "--port, --metrics-port";
}
