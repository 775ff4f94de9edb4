/** What was done to a cluster and when: printed as it happens, and kept for the report. */
export class Timeline {
  readonly #start = performance.now();
  readonly #name: string;
  readonly #lines: string[] = [];
  readonly #write: (line: string) => void;

  /** @param write Where lines go; standard output unless given. */
  constructor(
    name: string,
    write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
  ) {
    this.#name = name;
    this.#write = write;
  }

  /** Notes that something happens now. */
  say(what: string): void {
    const seconds = ((performance.now() - this.#start) / 1_000).toFixed(3);
    const line = `${seconds.padStart(8)} ${this.#name}: ${what}`;
    this.#lines.push(line);
    this.#write(line);
  }

  toString(): string {
    return this.#lines.join("\n");
  }
}
