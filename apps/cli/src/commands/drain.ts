import { duration, parseTable, type Table, toggle } from "@homeroom/config";
import { z } from "zod";
import { postJson, type Server, serverFlags } from "../api-client.js";
import type { Command } from "../command.js";
import { ExitCode } from "../failure.js";
import { json, jsonFlag } from "../table.js";

export interface DrainOrder extends Server {
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json: boolean;
}

const flags: Table<DrainOrder> = {
  ...serverFlags,
  wait: {
    flag: "wait",
    value: toggle,
    default: "false",
    description: "wait until the node has no rooms",
    flagOnly: true,
  },
  timeout: {
    flag: "timeout",
    value: duration("1s", "1d"),
    default: "5m",
    description: "how long to wait; the drain goes on after that",
    flagOnly: true,
  },
  json: jsonFlag,
};

/** The answer to an order that is being carried out. */
export const begun: z.ZodType<{ id: string }> = z.looseObject({ id: z.string() });

export const drain: Command<DrainOrder> = {
  name: "drain",
  summary: "move all rooms of a node to the others, and give it none",
  group: "a running Homeroom",
  operand: { name: "node", description: "its id (homeroom nodes)" },
  flags,
  parse: (given, env) => parseTable(flags, given, env),
  async run(order, terminal, node) {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/drain`;
    const accepted = await postJson(order, path, begun);
    if (order.wait) {
      const { waitUntilEmpty } = await import("../drain/wait-until-empty.js");
      await waitUntilEmpty(order, node, order.timeout, terminal);
    }
    const words = order.wait ? `${node} has no rooms` : `${node} gives its rooms away`;
    terminal.out(order.json ? json(accepted) : words);
    return ExitCode.done;
  },
};
