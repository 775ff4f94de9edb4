// npm run measure: what must be seen to be true of a cluster, measured on this machine.
//   --only moves,kills   some of it
//   --json FILE          also as JSON
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Lab, Timeline } from "@homeroom/testkit";
import { homeMeasurements } from "./measure/homes.js";
import type { Finding, Measurement } from "./measure/measurement.js";
import { readerMeasurements } from "./measure/readers.js";
import { redisMeasurements } from "./measure/redis.js";

const all: readonly Measurement[] = [
  ...homeMeasurements,
  ...redisMeasurements,
  ...readerMeasurements,
];

const { values } = parseArgs({ options: { only: { type: "string" }, json: { type: "string" } } });
const wanted = values.only?.split(",") ?? all.map(({ name }) => name);
const unknown = wanted.filter((name) => all.every((each) => each.name !== name));
if (unknown.length > 0) {
  const names = all.map(({ name }) => name).join(", ");
  process.stderr.write(`--only: there is no ${unknown.join(", ")}; there are ${names}\n`);
  process.exit(2);
}

const results: { name: string; about: string; findings: readonly Finding[] }[] = [];
for (const { name, about, run } of all.filter((each) => wanted.includes(each.name))) {
  const timeline = new Timeline(name, (line) => void process.stderr.write(`${line}\n`));
  const lab = new Lab();
  try {
    timeline.say(about);
    results.push({ name, about, findings: await run({ lab, say: (what) => timeline.say(what) }) });
  } catch (error) {
    timeline.say(`failed: ${(error as Error).stack}`);
    const failure = { what: "it failed", measured: (error as Error).message, bound: null };
    results.push({ name, about, findings: [{ ...failure, holds: false }] });
  } finally {
    await lab.close();
  }
}

const [processor] = cpus();
process.stdout.write(`${cpus().length} × ${processor?.model}, Node ${process.version}\n`);
for (const { about, findings } of results) {
  process.stdout.write(`\n${about}\n`);
  for (const { what, measured, bound, holds } of findings) {
    const verdict = holds === null ? "" : holds ? "holds" : "DOES NOT HOLD";
    process.stdout.write(`  ${what.padEnd(48)} ${measured}  ${bound ?? ""}  ${verdict}\n`);
  }
}
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
}
const failed = results.flatMap(({ findings }) => findings).some(({ holds }) => holds === false);
process.exitCode = failed ? 1 : 0;
