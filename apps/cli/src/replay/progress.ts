import cliProgress from "cli-progress";
import type { Terminal } from "../terminal.js";
import { inWords } from "../words.js";
import type { Latencies } from "./latencies.js";

const REDRAW_MS = 100;
const LINE_MS = 5_000;

/** Shows how far a replay is: a bar on a terminal, now and then a line elsewhere. */
export class Progress {
  readonly #total: number;
  readonly #latencies: Latencies;
  readonly #started: number = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #bar: cliProgress.SingleBar | null;

  constructor(terminal: Terminal, total: number, latencies: Latencies) {
    this.#total = total;
    this.#latencies = latencies;
    this.#bar = terminal.screen
      ? new cliProgress.SingleBar(
          {
            format: "{bar} {percentage}% | {value}/{total} edits | {figures}",
            stream: terminal.screen,
            hideCursor: true,
          },
          cliProgress.Presets.shades_classic,
        )
      : null;
    this.#bar?.start(total, 0, { figures: this.figures() });
    this.#timer = this.#bar
      ? setInterval(() => this.#draw(), REDRAW_MS)
      : setInterval(() => terminal.err(this.line()), LINE_MS);
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }

  line(): string {
    const done = this.#latencies.count;
    return `${inWords(done)} of ${inWords(this.#total)} edits | ${this.figures()}`;
  }

  /** Edits per second and acknowledgement latency so far. */
  figures(): string {
    const rate = Math.round((this.#latencies.count / this.elapsedMs) * 1000);
    const [p50, p99] = [50, 99].map((percent) => inMs(this.#latencies.percentile(percent)));
    return `${inWords(rate)} edits/s | acknowledged in ${p50} (p50), ${p99} (p99)`;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#bar?.stop();
  }

  #draw(): void {
    this.#bar?.update(this.#latencies.count, { figures: this.figures() });
  }
}

const inMs = (ms: number | null): string => (ms === null ? "–" : `${ms.toPrecision(3)} ms`);
