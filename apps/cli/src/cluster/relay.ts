import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Terminal } from "../terminal.js";

/** Calls `each` with every line of a process's output. */
export function readLines(stream: Readable | null, each: (line: string) => void): void {
  if (stream)
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", each);
}

export type Relay = (member: string, line: string) => void;

/**
 * Passes on what members write. For people each line begins with the member's name; among JSON
 * lines, which say whose they are, whatever else a member writes is made one.
 */
export function createRelay(pretty: boolean, terminal: Terminal): Relay {
  return (member, line) => {
    if (pretty) terminal.err(`${member.padEnd(NAME_WIDTH)} | ${line}`);
    else if (line.startsWith("{")) terminal.err(line);
    else if (line !== "") terminal.err(JSON.stringify(logged(member, line)));
  };
}

const NAME_WIDTH = "coordinator-1".length;

const logged = (node: string, msg: string) => ({
  level: "warn",
  time: new Date().toISOString(),
  node,
  msg,
});
