import { parseTable, type Table } from "@homeroom/config";
import { postJson, type Server, serverFlags } from "../api-client.js";
import type { Command } from "../command.js";
import { ExitCode } from "../failure.js";
import { json, jsonFlag } from "../table.js";
import { begun } from "./drain.js";

interface Order extends Server {
  readonly json: boolean;
}

const flags: Table<Order> = { ...serverFlags, json: jsonFlag };

export const resume: Command<Order> = {
  name: "resume",
  summary: "let a node that was drained take rooms again",
  group: "a running Homeroom",
  operand: { name: "node", description: "its id (homeroom nodes)" },
  flags,
  parse: (given, env) => parseTable(flags, given, env),
  async run(order, terminal, node) {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/resume`;
    const accepted = await postJson(order, path, begun);
    terminal.out(order.json ? json(accepted) : `${node} takes rooms again`);
    return ExitCode.done;
  },
};
