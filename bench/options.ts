import { parseArgs } from "node:util";
import { contenders } from "./contenders/index.js";
import { scenarios } from "./scenarios/index.js";
import type { Scenario } from "./scenarios/scenario.js";

const USAGE = `npm run bench -- [--only hot-room,joins] [--peers hocuspocus] [--repetitions 3]
                 [--short] [--cpu-prof DIRECTORY]

--only         scenarios, by name; without it, those of the table
--peers        contenders beside Homeroom; without it, all of them
--repetitions  instead of each scenario's own number
--short        some seconds of each, to see that everything works: the numbers mean nothing
--cpu-prof     the servers write profiles there
`;

export interface Options {
  readonly scenarios: readonly Scenario[];
  readonly takesPart: (contender: string) => boolean;
  readonly repetitions: number | null;
  readonly short: boolean;
  readonly nodeArguments: readonly string[];
}

/** Ends the program with 2, and a line that says why, where an argument is none. */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const only = names("--only", values.only, scenarios);
  const peers = names("--peers", values.peers, contenders);
  const repetitions = values.repetitions === undefined ? null : Number(values.repetitions);
  if (repetitions !== null && !(Number.isInteger(repetitions) && repetitions > 0)) {
    fail("--repetitions: a whole number from 1");
  }
  const profile = values["cpu-prof"];
  return {
    scenarios: scenarios.filter(({ name, beyond }) => (only ? only.has(name) : beyond !== true)),
    takesPart: (name) => peers === null || name.startsWith("homeroom") || peers.has(name),
    repetitions,
    short: values.short === true,
    nodeArguments: profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`],
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    only: text,
    peers: text,
    repetitions: text,
    short: flag,
    "cpu-prof": text,
    help: flag,
  };
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help !== true) return values;
    process.stdout.write(
      `${USAGE}\nscenarios: ${list(scenarios)}\ncontenders: ${list(contenders)}\n`,
    );
    process.exit(0);
  } catch (error) {
    fail((error as Error).message);
  }
}

const list = (all: readonly { name: string }[]): string => all.map(({ name }) => name).join(", ");

function names(
  flag: string,
  value: string | undefined,
  all: readonly { name: string }[],
): ReadonlySet<string> | null {
  if (value === undefined) return null;
  const wanted = new Set(value.split(","));
  const known = new Set(all.map(({ name }) => name));
  const unknown = [...wanted].filter((name) => !known.has(name));
  if (unknown.length > 0)
    fail(`${flag}: there is no ${unknown.join(", ")}; there are ${list(all)}`);
  return wanted;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${USAGE}`);
  process.exit(2);
}
