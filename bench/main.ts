// npm run bench: Homeroom beside its peers, on this machine, in this run.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { contender } from "./contenders/index.js";
import { installPeers } from "./contenders/install.js";
import { readOptions } from "./options.js";
import { perform } from "./perform.js";
import { barChart, curveChart } from "./report/charts.js";
import { ProgressLine } from "./report/progress.js";
import { type Result, verdict } from "./report/result.js";
import { table } from "./report/table.js";
import type { Outcome, Scenario } from "./scenarios/scenario.js";

const folder = fileURLToPath(new URL("./results/", import.meta.url));
const options = readOptions(process.argv.slice(2));
const progress = new ProgressLine(process.stderr);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
installPeers();
await mkdir(folder, { recursive: true });

const results: Result[] = [];
for (const scenario of options.scenarios) {
  const result = await run(scenario);
  results.push(result);
  progress.clear();
  process.stdout.write(`\n${table([result])}\n`);
  await write(result);
}
process.stdout.write(`\n${machine()}\n\n${table(results)}\n`);
const verdicts = results.flatMap((result) =>
  result.scenario.figures.map((figure) => verdict(result, figure)),
);
process.exitCode = verdicts.some((each) => each?.reached === false) ? 1 : 0;

/** One repetition of all contenders after the other, so that the machine's moods meet them alike. */
async function run(scenario: Scenario): Promise<Result> {
  const parameters = { ...scenario.parameters, ...(options.short ? scenario.short : {}) };
  const repetitions = options.repetitions ?? (options.short ? 1 : scenario.repetitions);
  const runs = scenario.contenders
    .filter((name) => options.takesPart(name))
    .map((name) => ({ contender: contender(name), outcomes: [] as Outcome[] }));
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const { contender, outcomes } of runs) {
      const where = `${scenario.name} ${repetition}/${repetitions} ${contender.name}`;
      const say = (what: string): void => progress.show(`${where}: ${what}`);
      const { nodeArguments } = options;
      outcomes.push(await perform({ scenario, contender, parameters, say, nodeArguments }));
    }
  }
  return { scenario, parameters, runs };
}

/** Everything that was measured, and a chart of it. */
async function write(result: Result): Promise<void> {
  const { scenario, parameters, runs } = result;
  const { name, title, figures } = scenario;
  const json = {
    ...{ name, title, parameters, machine: machine(), short: options.short },
    date: new Date().toISOString(),
    figures: figures.map((figure) => ({ ...figure, verdict: verdict(result, figure) })),
    runs: runs.map(({ contender, outcomes }) => ({ contender: contender.name, outcomes })),
  };
  await writeFile(`${folder}${name}.json`, `${JSON.stringify(json, null, 2)}\n`);
  if (figures.some(({ against }) => against === undefined)) {
    await writeFile(`${folder}${name}.svg`, barChart(result));
  }
  for (const figure of figures.filter(({ against }) => against !== undefined)) {
    await writeFile(`${folder}${name}-${figure.key}.svg`, curveChart(result, figure));
  }
}

function machine(): string {
  const all = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${all.length} × ${all[0]?.model}, ${gib} GiB, Node ${process.version}`;
}
