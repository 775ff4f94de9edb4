import { parseSettings, type Settings, tableOf } from "@homeroom/config";
import type { Command } from "../command.js";

export const router: Command<Settings> = {
  name: "router",
  summary: "one router of a cluster: takes clients to the homes of their rooms, serves the editor",
  group: "servers",
  operand: null,
  flags: tableOf("router"),
  parse: (flags, env) => parseSettings("router", flags, env),
  async run(settings, terminal) {
    const { composeRouter } = await import("../router/compose.js");
    const { serve } = await import("../serve/serve.js");
    const name = `Router ${settings.nodeId}`;
    return await serve({ name, settings, compose: composeRouter }, terminal);
  },
};
