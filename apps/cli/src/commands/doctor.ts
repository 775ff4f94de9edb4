import {
  type Environment,
  type Flags,
  type Parsed,
  parseSettings,
  type Settings,
  tableOf,
} from "@homeroom/config";
import type { Command } from "../command.js";

/** Wrong settings are a finding of the doctor's rather than a reason not to look further. */
export type Diagnosis = Parsed<Settings>;

export const doctor: Command<Diagnosis> = {
  name: "doctor",
  summary: "check configuration, data directory, Redis, clock and limits; say what to mend",
  group: "tools",
  operand: null,
  flags: tableOf("doctor"),
  parse: (flags: Flags, env: Environment) => ({
    ok: true,
    settings: parseSettings("doctor", flags, env),
  }),
  async run(configuration, terminal) {
    const { examine } = await import("../doctor/examine.js");
    return await examine(configuration, terminal);
  },
};
