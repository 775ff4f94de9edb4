import { formatProblem, type Parsed, type Settings } from "@homeroom/config";
import { ExitCode } from "../failure.js";
import { OTHER_VARIABLES } from "../other-variables.js";
import type { Terminal } from "../terminal.js";
import { checkConfiguration } from "./configuration.js";
import { checkDirectory } from "./data-directory.js";
import { type Finding, mend } from "./finding.js";
import { checkJournal } from "./journal.js";
import { checkClock, checkNode, checkOpenFiles } from "./machine.js";
import { checkPort } from "./port.js";
import { checkRedis } from "./redis.js";

const SIGNS: Readonly<Record<Finding["verdict"], string>> = {
  ok: "ok  ",
  note: "note",
  mend: "MEND",
};

/** Looks at everything that a start depends on; the exit code says whether something must be mended. */
export async function examine(
  configuration: Parsed<Settings>,
  terminal: Terminal,
): Promise<ExitCode> {
  const findings = [
    checkNode(process.versions.node),
    await checkClock(Date.now()),
    ...(configuration.ok
      ? await checkDeployment(configuration.settings, terminal)
      : configuration.problems.map((problem) => mend("configuration", formatProblem(problem)))),
  ];
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  for (const { verdict, subject, words } of findings) {
    terminal.out(`${SIGNS[verdict]}  ${subject.padEnd(width)}  ${words}`);
  }
  const wrong = findings.filter(({ verdict }) => verdict === "mend").length;
  terminal.out(wrong === 0 ? "nothing must be mended" : `to be mended: ${wrong}`);
  return wrong === 0 ? ExitCode.done : ExitCode.failed;
}

async function checkDeployment(settings: Settings, { env }: Terminal): Promise<Finding[]> {
  const directory = await checkDirectory(settings.dataDir);
  const usable = directory.every(({ verdict }) => verdict !== "mend");
  return [
    ...checkConfiguration(settings, env, OTHER_VARIABLES),
    ...directory,
    ...(usable ? await checkJournal(settings) : []),
    await checkPort(settings),
    ...(await checkRedis(settings)),
    await checkOpenFiles(settings),
  ];
}
