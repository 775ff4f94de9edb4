import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contender, Served } from "./contenders/contender.js";
import type { Order, Report } from "./load/main.js";
import type { Outcome, Scenario } from "./scenarios/scenario.js";

const loader = fileURLToPath(new URL("./load/main.ts", import.meta.url));

export interface Performance {
  readonly scenario: Scenario;
  readonly contender: Contender;
  readonly parameters: object;
  readonly say: (progress: string) => void;
  /** For the servers. */
  readonly nodeArguments: readonly string[];
}

/** One load on one contender, each in a process of its own, with data that is gone afterwards. */
export async function perform(performance: Performance): Promise<Outcome> {
  const { contender, nodeArguments, say } = performance;
  const directory = await mkdtemp(join(tmpdir(), "homeroom-bench-"));
  const stage: { served: Served | null } = { served: null };
  const start = async (): Promise<Served> => {
    await stage.served?.stop();
    say("starting");
    stage.served = await contender.start({ directory, nodeArguments });
    return stage.served;
  };
  try {
    return await load(performance, await start(), start);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { figures: {}, voids: [`it failed: ${why}`], load: null };
  } finally {
    say("stopping");
    await stage.served?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function load(
  { scenario, contender, parameters, say }: Performance,
  served: Served,
  restart: () => Promise<Served>,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = fork(loader, { stdio: "inherit" });
    const order = (message: Order): void => void child.send(message);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the load ended with ${code}`)));
    child.on("message", (report: Report) => {
      switch (report.kind) {
        case "progress":
          say(report.text);
          break;
        case "restart":
          restart().then((again) => order({ kind: "restarted", served: parts(again) }), reject);
          break;
        case "outcome":
          resolve(report.outcome);
          break;
        case "failed":
          reject(new Error(report.why));
          break;
      }
    });
    order({
      kind: "drive",
      scenario: scenario.name,
      parameters,
      dialect: contender.dialect,
      acknowledges: contender.kind === "homeroom",
      served: parts(served),
    });
  });
}

const parts = ({ urls, pids, redis }: Served): Pick<Served, "urls" | "pids" | "redis"> => ({
  urls,
  pids,
  redis,
});
