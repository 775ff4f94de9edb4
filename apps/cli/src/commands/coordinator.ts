import { parseSettings, type Settings, tableOf } from "@homeroom/config";
import type { Command } from "../command.js";

export const coordinator: Command<Settings> = {
  name: "coordinator",
  summary: "one coordinator of a cluster: home to rooms",
  group: "servers",
  operand: null,
  flags: tableOf("coordinator"),
  parse: (flags, env) => parseSettings("coordinator", flags, env),
  async run(settings, terminal) {
    const { composeCoordinator } = await import("../coordinator/compose.js");
    const { serve } = await import("../serve/serve.js");
    const name = `Coordinator ${settings.nodeId}`;
    return await serve({ name, settings, compose: composeCoordinator }, terminal);
  },
};
