import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Child, type Exit, eventually, repository, runCommand } from "@homeroom/testkit";
import { type ComposeFile, dependencies, milliseconds, type Service } from "./compose-file.js";
import type { Image } from "./dockerfile.js";
import { Places } from "./places.js";
import { type RoundRobin, startRoundRobin } from "./round-robin.js";

export interface ComposeClusterOptions {
  readonly file: ComposeFile;
  /** What the Dockerfile makes. */
  readonly image: Image;
  /** Where volumes are made. */
  readonly root: string;
  /** Whether the proxy's own program is here, or a stand-in passes connections on. */
  readonly hasProxy: boolean;
}

/** The services of a compose file as processes, each by its own command and environment. */
export class ComposeCluster {
  readonly #options: ComposeClusterOptions;
  readonly #places: Places;
  readonly #children = new Map<string, Child>();
  #standIn: RoundRobin | null = null;

  static async prepare(options: ComposeClusterOptions): Promise<ComposeCluster> {
    return new ComposeCluster(options, await Places.find(options.file, options.root));
  }

  private constructor(options: ComposeClusterOptions, places: Places) {
    this.#options = options;
    this.#places = places;
  }

  /** The one port that people reach: `http://127.0.0.1:<port>`. */
  get url(): string {
    return `http://127.0.0.1:${this.#places.port("proxy", 8080)}`;
  }

  urlOf(name: string, port: number): string {
    return `http://127.0.0.1:${this.#places.port(name, port)}`;
  }

  /** Starts every service, each once those that it depends on are as it wants them. */
  async up(): Promise<void> {
    for (const name of this.#inOrder()) {
      for (const [dependency, { healthy }] of dependencies(this.#service(name))) {
        if (healthy) await this.untilHealthy(dependency);
      }
      await this.start(name);
    }
    for (const name of Object.keys(this.#options.file.services)) await this.untilHealthy(name);
  }

  /** Stops every service, each before those that it depends on. */
  async down(): Promise<ReadonlyMap<string, Exit>> {
    const exits = new Map<string, Exit>();
    const waiting = new Set(Object.keys(this.#options.file.services));
    while (waiting.size > 0) {
      const needed = new Set(
        [...waiting].flatMap((name) => [...dependencies(this.#service(name)).keys()]),
      );
      const free = [...waiting].filter((name) => !needed.has(name));
      await Promise.all(
        free.map(async (name) => {
          const exit = await this.stop(name);
          if (exit) exits.set(name, exit);
        }),
      );
      for (const name of free) waiting.delete(name);
    }
    return exits;
  }

  async start(name: string): Promise<void> {
    if (name === "proxy" && !this.#options.hasProxy) {
      this.#standIn = await this.#startStandIn();
      return;
    }
    await this.#mount(name);
    this.#children.set(name, await this.#run(name));
  }

  /** SIGTERM. @throws DeadlineError where it takes longer than the file grants */
  async stop(name: string): Promise<Exit | null> {
    if (name === "proxy") await this.#standIn?.close();
    const child = this.#children.get(name);
    if (!child || child.exit) return null;
    return await child.stop(milliseconds(this.#service(name).stop_grace_period));
  }

  async kill(name: string): Promise<void> {
    const child = this.#children.get(name);
    child?.kill("SIGKILL");
    await child?.exited;
  }

  /** Asks by the service's own health check, for as long as the file says. */
  async untilHealthy(name: string): Promise<void> {
    const { healthcheck } = this.#service(name);
    const { start_period, interval, retries } = healthcheck;
    const within = milliseconds(start_period) + retries * milliseconds(interval);
    const answers: string[] = [];
    await eventually(
      async () => {
        const exit = this.#children.get(name)?.exit;
        if (exit) return true;
        const { code, output } = await this.#checkHealth(name);
        answers.push(output);
        return code === 0;
      },
      { within, message: () => `${name} is healthy; ${answers.at(-1)}\n${this.output(name)}` },
    );
    const exit = this.#children.get(name)?.exit;
    if (exit) throw new Error(`${name} ended: ${JSON.stringify(exit)}\n${this.output(name)}`);
  }

  /** What a service wrote. */
  output(name: string): string {
    return this.#children.get(name)?.output().slice(-8_192) ?? "";
  }

  /** What all of them wrote, for the report of a failure. */
  outputs(): string {
    return [...this.#children.keys()].map((name) => `--- ${name}\n${this.output(name)}`).join("\n");
  }

  async close(): Promise<void> {
    await this.#standIn?.close();
    await Promise.all([...this.#children.values()].map((child) => child.close()));
  }

  #service(name: string): Service {
    const service = this.#options.file.services[name];
    if (!service) throw new Error(`there is no service ${name}`);
    return service;
  }

  /** Names of services, each after those that it depends on. */
  #inOrder(): readonly string[] {
    const ordered = new Set<string>();
    const visit = (name: string): void => {
      for (const dependency of dependencies(this.#service(name)).keys()) visit(dependency);
      ordered.add(name);
    };
    for (const name of Object.keys(this.#options.file.services)) visit(name);
    return [...ordered];
  }

  /** Directories are made; files are copied, in the words of this machine. */
  async #mount(name: string): Promise<void> {
    for (const { local } of this.#places.mounts(name)) {
      if (local.startsWith(this.#options.root)) await mkdir(local, { recursive: true });
      else if (!(await stat(local)).isFile()) throw new Error(`${local} is no file`);
    }
  }

  #environment(name: string): Record<string, string> {
    const { environment, build } = this.#service(name);
    const image = build ? this.#options.image.environment : new Map<string, string>();
    const own = Object.entries(environment).filter((entry) => entry[1] !== null);
    const all = [...image, ...own] as [string, string][];
    return Object.fromEntries(
      all.map(([key, value]) => [key, this.#places.translate(name, value)]),
    );
  }

  async #run(name: string): Promise<Child> {
    const { command, build } = this.#service(name);
    const env = this.#environment(name);
    const args = await Promise.all(command.map((each) => this.#argument(name, each)));
    if (build) return await runCommand(args, { env });
    const [program = "", ...rest] = args;
    // Containers are apart; processes would be reached from elsewhere.
    if (program === "redis-server") rest.push("--bind", "127.0.0.1");
    return await Child.start({ command: program, args: rest, env: { ...process.env, ...env } });
  }

  /** An argument; one that names a mounted file becomes a translated copy of it. */
  async #argument(name: string, argument: string): Promise<string> {
    const file = this.#places
      .mounts(name)
      .find(({ inside, local }) => inside === argument && local.startsWith(repository));
    if (!file) return this.#places.translate(name, argument);
    const copy = join(this.#options.root, `${name}.conf`);
    await writeFile(copy, this.#places.translate(name, await readFile(file.local, "utf8")));
    return copy;
  }

  async #checkHealth(name: string): Promise<{ code: number | null; output: string }> {
    const { healthcheck } = this.#service(name);
    const [kind, ...words] = healthcheck.test.map((word) => this.#places.translate(name, word));
    const [command = "", ...args] = kind === "CMD-SHELL" ? ["sh", "-c", ...words] : words;
    const env = { ...process.env, ...this.#environment(name) };
    // Tools of the check are no servers.
    delete env.NODE_OPTIONS;
    const check = await Child.start({ command, args, env });
    const { code } = await check.exited;
    return { code, output: check.output().trim() };
  }

  /** Where the proxy's program is not to be had: the routers that its file names, in turn. */
  async #startStandIn(): Promise<RoundRobin> {
    const [mount] = this.#places.mounts("proxy");
    const file = await readFile(mount?.local ?? "", "utf8");
    const [, upstreams = ""] = /^\s*reverse_proxy (.*) \{$/m.exec(file) ?? [];
    const targets = upstreams.split(" ").map((each) => {
      const [host = "", port = ""] = this.#places.translate("proxy", each).split(":");
      return { host, port: Number(port) };
    });
    return await startRoundRobin(this.#places.port("proxy", 8080), targets);
  }
}
