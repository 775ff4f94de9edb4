/** One line that is written over; where nobody watches, a line now and then. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #began = performance.now();
  #last = "";

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    const seconds = Math.round((performance.now() - this.#began) / 1_000);
    const line = `[${seconds} s] ${text}`;
    if (this.#stream.isTTY)
      this.#stream.write(`\r\x1b[K${line.slice(0, this.#stream.columns - 1)}`);
    else if (text.endsWith(": starting")) this.#stream.write(`${line}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\x1b[K");
  }
}
