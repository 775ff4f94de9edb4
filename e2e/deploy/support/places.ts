import { isAbsolute, join } from "node:path";
import { freePort, repository } from "@homeroom/testkit";
import type { ComposeFile, Service } from "./compose-file.js";

/** Where the image has what is in this repository. */
const IMAGE_ROOT = "/homeroom";

const portsOf = ({ expose, ports }: Service): number[] =>
  [...expose, ...ports.map((each) => each.slice(each.lastIndexOf(":") + 1))].map(Number);

/**
 * Where what the file says of containers is when their commands run as processes on this machine:
 * each port of each service is another one of loopback, each volume a directory.
 */
export class Places {
  readonly #ports = new Map<string, ReadonlyMap<number, number>>();
  readonly #file: ComposeFile;
  readonly #root: string;

  static async find(file: ComposeFile, root: string): Promise<Places> {
    const places = new Places(file, root);
    for (const [name, service] of Object.entries(file.services)) {
      const ports = new Map<number, number>();
      for (const port of portsOf(service)) ports.set(port, await freePort());
      places.#ports.set(name, ports);
    }
    return places;
  }

  private constructor(file: ComposeFile, root: string) {
    this.#file = file;
    this.#root = root;
  }

  port(service: string, port: number): number {
    const local = this.#ports.get(service)?.get(port);
    if (local === undefined) throw new Error(`${service} has no port ${port}`);
    return local;
  }

  /** The directories and files that are mounted into a service. */
  mounts(service: string): readonly { readonly inside: string; readonly local: string }[] {
    return (this.#file.services[service]?.volumes ?? []).map((volume) => {
      const [source = "", inside = ""] = volume.split(":");
      const isFile = source.startsWith(".") || isAbsolute(source);
      return { inside, local: isFile ? join(repository, source) : join(this.#root, source) };
    });
  }

  /** A text that a container of the service reads, in the words of this machine. */
  translate(service: string, text: string): string {
    let result = text.replaceAll("0.0.0.0", "127.0.0.1");
    for (const [other, ports] of this.#ports) {
      for (const [port, local] of ports) {
        result = result.replaceAll(`${other}:${port}`, `127.0.0.1:${local}`);
      }
    }
    for (const [port, local] of this.#ports.get(service) ?? []) {
      result = result.replaceAll(new RegExp(`\\b${port}\\b`, "g"), `${local}`);
    }
    const places = new Map([
      [IMAGE_ROOT, repository],
      ...this.mounts(service).map(({ inside, local }) => [inside, local] as const),
      ...this.#scratch(service).map((inside) => [inside, join(this.#root, inside)] as const),
    ]);
    // In one go, for what is put in may look like what is looked for.
    const known = new RegExp(`(?<![\\w./-])(${[...places.keys()].join("|")})(?![\\w.-])`, "g");
    return result.replaceAll(known, (inside) => places.get(inside) ?? inside);
  }

  /** Directories in memory. */
  #scratch(service: string): readonly string[] {
    return this.#file.services[service]?.tmpfs ?? [];
  }
}
