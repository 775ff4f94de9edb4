import { parseSettings, type Settings, tableOf } from "@homeroom/config";
import type { Command } from "../command.js";

export const start: Command<Settings> = {
  name: "start",
  summary: "coordinator, router and editor in one process; rooms in a directory",
  group: "servers",
  operand: null,
  flags: tableOf("start"),
  parse: (flags, env) => parseSettings("start", flags, env),
  async run(settings, terminal) {
    const { composeHomeroom } = await import("../compose.js");
    const { serve } = await import("../serve/serve.js");
    return await serve({ name: "Homeroom", settings, compose: composeHomeroom }, terminal);
  },
};
