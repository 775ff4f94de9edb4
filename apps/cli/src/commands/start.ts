import { parseSettings, type Settings, tableOf } from "@homeroom/config";
import type { Command } from "../command.js";

export const start: Command<Settings> = {
  name: "start",
  summary: "coordinator, router and editor in one process; rooms in a directory",
  operand: null,
  flags: tableOf("start"),
  parse: (flags, env) => parseSettings("start", flags, env),
  async run(settings, terminal) {
    const { serve } = await import("../start/serve.js");
    return await serve(settings, terminal);
  },
};
