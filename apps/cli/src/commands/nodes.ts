import { parseTable, type Table } from "@homeroom/config";
import { type Server, serverFlags } from "../api-client.js";
import type { Command } from "../command.js";
import { ExitCode } from "../failure.js";
import { getNodes } from "../nodes.js";
import { json, jsonFlag, table } from "../table.js";

interface Listing extends Server {
  readonly json: boolean;
}

const flags: Table<Listing> = { ...serverFlags, json: jsonFlag };

const MIB = 1024 ** 2;

export const nodes: Command<Listing> = {
  name: "nodes",
  summary: "list its nodes, and how they are",
  group: "a running Homeroom",
  operand: null,
  flags,
  parse: (given, env) => parseTable(flags, given, env),
  async run(settings, terminal) {
    const listed = await getNodes(settings);
    const head = ["node", "status", "url", "rooms", "sessions", "lag", "heap", "lease"];
    const rows = listed.nodes.map((node) => [
      node.id,
      node.status,
      node.url,
      node.rooms,
      node.sessions,
      `${node.eventLoopLagMs.toFixed(1)} ms`,
      `${(node.heapBytes / MIB).toFixed(0)} MiB`,
      `${(node.leaseAgeMs / 1000).toFixed(1)} s ago`,
    ]);
    if (settings.json) terminal.out(json(listed));
    else terminal.out(rows.length === 0 ? "no nodes" : table(head, rows));
    return ExitCode.done;
  },
};
