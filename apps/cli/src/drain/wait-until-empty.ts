import { setTimeout as pause } from "node:timers/promises";
import cliProgress from "cli-progress";
import type { Server } from "../api-client.js";
import { ExitCode, Failure } from "../failure.js";
import { getNodes } from "../nodes.js";
import type { Terminal } from "../terminal.js";
import { inWords } from "../words.js";

/** A node says how many rooms it has with each renewal of its lease: about once a second. */
const POLL_MS = 250;

/**
 * Follows a drain, with a bar on a terminal, until the node has no rooms.
 * @throws Failure where the node was lost or resumed, or it took longer than `within` milliseconds
 */
export async function waitUntilEmpty(
  server: Server,
  node: string,
  within: number,
  terminal: Terminal,
): Promise<void> {
  const deadline = performance.now() + within;
  const progress = new Progress(terminal);
  let drains = false;
  try {
    for (;;) {
      const { status, rooms } = await look(server, node);
      if (status === "lost") throw failed(`${node} was lost before it had given all rooms away`);
      if (drains && status !== "draining") throw failed(`${node} was resumed meanwhile`);
      drains ||= status === "draining";
      progress.show(rooms);
      if (drains && rooms === 0) return;
      if (performance.now() > deadline) {
        const left = `${node} still has ${inWords(rooms)} rooms after ${within / 1000} s`;
        throw failed(`${left}: the drain goes on (homeroom nodes); --timeout waits longer`);
      }
      await pause(POLL_MS);
    }
  } finally {
    progress.close();
  }
}

async function look(server: Server, node: string): Promise<{ status: string; rooms: number }> {
  const { nodes } = await getNodes(server);
  return nodes.find(({ id }) => id === node) ?? { status: "lost", rooms: 0 };
}

const failed = (line: string): Failure => new Failure(ExitCode.failed, [line]);

/** Rooms that left: a bar on a terminal, a line for each change elsewhere. */
class Progress {
  readonly #terminal: Terminal;
  readonly #bar: cliProgress.SingleBar | null;
  #most = 0;
  #last: number | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    const { screen } = terminal;
    const format = "{bar} {value} of {total} rooms left the node";
    this.#bar = screen
      ? new cliProgress.SingleBar(
          { format, stream: screen, hideCursor: true },
          cliProgress.Presets.shades_classic,
        )
      : null;
  }

  show(rooms: number): void {
    const first = this.#last === null;
    this.#most = Math.max(this.#most, rooms);
    if (first) this.#bar?.start(this.#most, 0);
    this.#bar?.setTotal(this.#most);
    this.#bar?.update(this.#most - rooms);
    if (!this.#bar && rooms !== this.#last) this.#terminal.err(`${inWords(rooms)} rooms to go`);
    this.#last = rooms;
  }

  close(): void {
    this.#bar?.stop();
  }
}
