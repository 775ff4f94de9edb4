import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../wait/eventually.js";
import { Child, type Exit } from "./child.js";
import { freePort } from "./free-port.js";
import { repository } from "./repository.js";

export interface HomeroomOptions {
  /** The command to run; `start` unless said otherwise. */
  readonly command?: "start" | "coordinator" | "router" | "cluster";
  readonly dataDir: string;
  /** A free one unless given. */
  readonly port?: number;
  /** Flags beside `--port` and `--data-dir`. */
  readonly args?: readonly string[];
  /** Added to the environment, of which the `HOMEROOM_` variables are not inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the process in namespaces of its own, such as `["unshare", "--mount"]`. */
  readonly wrapper?: readonly string[];
  /** Milliseconds until it must answer `/healthz`; 20,000 unless said otherwise. */
  readonly within?: number;
}

/** A real Homeroom process that answers on loopback. */
export interface HomeroomProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `ws://127.0.0.1:<port>` */
  readonly wsUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly exited: Promise<Exit>;
  output(): string;
  kill(signal?: NodeJS.Signals): void;
  /** SIGTERM, and how it ended. @throws DeadlineError after 12 s: the contract says 10 */
  stop(): Promise<Exit>;
  waitForOutput(pattern: RegExp, within?: number): Promise<RegExpExecArray>;
  /** Ends it if it still runs. */
  close(): Promise<void>;
}

const startAttempts = 5;
const stopWithinMs = 12_000;

/**
 * Starts `homeroom` from the build, or from the sources where `HOMEROOM_TEST_SOURCE=1`, and
 * resolves once it answers.
 * @throws Error with the output, where it ends or does not answer
 */
export async function startHomeroom(options: HomeroomOptions): Promise<HomeroomProcess> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const child = await runHomeroom({ ...options, port });
    try {
      await untilHealthy(child, port, options.within ?? 20_000);
      return describe(child, port, options.dataDir);
    } catch (error) {
      await child.close();
      const taken = /EADDRINUSE|in use/i.test(child.output()) && child.exit?.code === 1;
      if (!taken || options.port !== undefined || attempt === startAttempts) throw error;
    }
  }
}

/** Runs a server without waiting for anything: for starts that are meant to fail. */
export async function runHomeroom(options: HomeroomOptions & { port: number }): Promise<Child> {
  const { command = "start", port, dataDir, args = [], env, wrapper } = options;
  const flags = [command, "--port", String(port), "--data-dir", dataDir, ...args];
  return await runCommand(flags, { ...(env && { env }), ...(wrapper && { wrapper }) });
}

/** Runs any `homeroom` command, such as `["token", "--room", "docs"]`. */
export async function runCommand(
  args: readonly string[],
  { env, wrapper = [] }: Pick<HomeroomOptions, "env" | "wrapper"> = {},
): Promise<Child> {
  const [program, ...rest] = [...wrapper, process.execPath, ...entry(), ...args];
  return await Child.start({
    command: program as string,
    args: rest,
    cwd: repository,
    env: { ...inherited(), ...env },
  });
}

/** What Node runs. */
function entry(): readonly string[] {
  if (process.env.HOMEROOM_TEST_SOURCE === "1") {
    return ["--conditions=source", "--import", "tsx", join(repository, "apps/cli/src/main.ts")];
  }
  if (!existsSync(join(repository, "apps/cli/dist/main.js"))) {
    throw new Error("homeroom is not built: npm run build, or set HOMEROOM_TEST_SOURCE=1");
  }
  return [join(repository, "apps/cli/bin/homeroom.js")];
}

/** This process's environment without what would configure the other one, or says who runs it. */
function inherited(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(HOMEROOM|VITEST|npm)_/.test(name),
  );
  return { ...Object.fromEntries(kept), NODE_ENV: "production" };
}

async function untilHealthy(child: Child, port: number, within: number): Promise<void> {
  await eventually(
    async () => child.exit !== null || (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
    { within, message: () => `homeroom answers on port ${port}; output:\n${child.output()}` },
  );
  if (child.exit !== null) {
    throw new Error(`homeroom ended with ${JSON.stringify(child.exit)}:\n${child.output()}`);
  }
}

const describe = (child: Child, port: number, dataDir: string): HomeroomProcess => ({
  url: `http://127.0.0.1:${port}`,
  wsUrl: `ws://127.0.0.1:${port}`,
  port,
  pid: child.pid,
  dataDir,
  exited: child.exited,
  output: () => child.output(),
  kill: (signal) => child.kill(signal),
  stop: () => child.stop(stopWithinMs),
  waitForOutput: (pattern, within) => child.waitForOutput(pattern, within),
  close: () => child.close(),
});
