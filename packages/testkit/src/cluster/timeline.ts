/** Says what is done to a cluster and when. */
export class Timeline {
  readonly #start = performance.now();
  readonly #name: string;
  readonly #write: (line: string) => void;

  /** @param write Where lines go; standard output unless given. */
  constructor(
    name: string,
    write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
  ) {
    this.#name = name;
    this.#write = write;
  }

  /** Notes that something happens now, in seconds since the beginning. */
  say(what: string): void {
    const seconds = ((performance.now() - this.#start) / 1_000).toFixed(3);
    this.#write(`${seconds.padStart(8)} ${this.#name}: ${what}`);
  }
}
