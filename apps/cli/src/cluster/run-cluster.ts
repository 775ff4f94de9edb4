import { unknownVariables } from "@homeroom/config";
import { createLogger } from "@homeroom/observability";
import { ExitCode } from "../failure.js";
import { OTHER_VARIABLES } from "../other-variables.js";
import { Signals } from "../serve/signals.js";
import type { Terminal } from "../terminal.js";
import { version } from "../version.js";
import { Cluster, type ClusterOrder } from "./cluster.js";
import { thisProgram } from "./homeroom-member.js";
import { createRelay } from "./relay.js";

/** Runs a whole cluster of processes on this machine until a signal asks it to stop. */
export async function runCluster(order: ClusterOrder, terminal: Terminal): Promise<ExitCode> {
  const { settings } = order;
  const pretty = settings.logPretty ?? terminal.screen !== null;
  const relay = createRelay(pretty, terminal);
  const logger = createLogger({ level: settings.logLevel, pretty, fields: { node: "cluster" } });
  const cluster = new Cluster(order, { pretty, relay, logger, program: thisProgram() });
  const signals = new Signals(process, terminal.env, (code) => {
    logger.warn("a second signal: ending at once");
    // The members notice, and stop.
    process.exit(code);
  });
  try {
    for (const variable of unknownVariables(terminal.env, OTHER_VARIABLES)) {
      logger.warn({ variable }, "an environment variable that means nothing: misspelt?");
    }
    const signal = signals.first.then((name) => ({ signal: name }));
    const end = Promise.race([signal, cluster.failed]);
    const started = await Promise.race([cluster.start(), end.then(() => null)]);
    if (started !== null) {
      logger.info({ url: started.url, version, dataDir: settings.dataDir }, "ready");
      terminal.out(`Cluster is ready at ${started.url}`);
    }
    const why = await end;
    if ("failed" in why) return why.failed === "refused" ? ExitCode.usage : ExitCode.failed;
    logger.info(why, "stopping");
    const inTime = await cluster.stop();
    logger.info("stopped");
    return inTime ? ExitCode.done : ExitCode.failed;
  } finally {
    await cluster.stop();
    signals.close();
  }
}
