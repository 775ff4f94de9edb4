import {
  count,
  inheritSettings,
  parseSettings,
  parseTable,
  type Table,
  tableOf,
} from "@homeroom/config";
import type { ClusterOrder } from "../cluster/cluster.js";
import type { Size } from "../cluster/members.js";
import type { Command } from "../command.js";

/** More processes than one machine should run. */
const MOST = 64;

const size: Table<Size> = {
  coordinators: {
    flag: "coordinators",
    value: count("<count>", 1, MOST),
    default: "3",
    description: "processes that are home to rooms",
    flagOnly: true,
  },
  routers: {
    flag: "routers",
    value: count("<count>", 1, MOST),
    default: "1",
    description: "processes that clients connect to: on --port, and on those that follow",
    flagOnly: true,
  },
};

export const cluster: Command<ClusterOrder> = {
  name: "cluster",
  summary: "a whole cluster of processes on this machine, with a Redis of its own",
  group: "servers",
  operand: null,
  flags: { ...size, ...tableOf("cluster") },
  parse(flags, env) {
    const settings = parseSettings("cluster", flags, env);
    const sized = parseTable(size, flags, env);
    if (!settings.ok || !sized.ok) {
      const problems = [sized, settings].flatMap((part) => (part.ok ? [] : part.problems));
      return { ok: false, problems };
    }
    const inherited = inheritSettings("cluster", flags, env);
    const order = { settings: settings.settings, size: sized.settings, env: inherited };
    return { ok: true, settings: order };
  },
  async run(order, terminal) {
    const { runCluster } = await import("../cluster/run-cluster.js");
    return await runCluster(order, terminal);
  },
};
