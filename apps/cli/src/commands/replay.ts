import { randomBytes } from "node:crypto";
import { count, factor, parsed, parseTable, type Table, text } from "@homeroom/config";
import { parseRoomName } from "@homeroom/protocol";
import { type Server, serverFlags } from "../api-client.js";
import type { Command } from "../command.js";

export interface ReplaySettings extends Server {
  readonly room: string;
  /** Null: as many as the recording has. */
  readonly writers: number | null;
  /** Times the recorded speed; null: as fast as it goes. */
  readonly speed: number | null;
  readonly root: string;
}

/** More authors than one process should pretend to be. */
const MAX_WRITERS = 200;

const flags: Table<ReplaySettings> = {
  ...serverFlags,
  room: {
    flag: "room",
    value: parsed<string>("<room>", "a room's name", parseRoomName),
    default: `replay-${randomBytes(4).toString("hex")}`,
    defaultText: "a new one",
    description: "the room to type into; its text must be empty",
    flagOnly: true,
  },
  writers: {
    flag: "writers",
    value: count("<count>", 1, MAX_WRITERS),
    default: null,
    defaultText: "as recorded",
    description: "deal a session of one author to so many, who take turns",
    flagOnly: true,
  },
  speed: {
    flag: "speed",
    value: factor("<factor>", 1_000_000),
    default: null,
    defaultText: "as fast as it goes",
    description: "1 for the recorded speed, 10 for ten times that; pauses are 2 s at the most",
    flagOnly: true,
  },
  root: {
    flag: "root",
    value: text("<name>"),
    default: "text",
    description: "name of the Y.Text that is typed into",
    flagOnly: true,
  },
};

export const replay: Command<ReplaySettings> = {
  name: "replay",
  summary: "type a recorded session through stock y-websocket clients, and compare the result",
  group: "tools",
  operand: { name: "trace", description: "a recorded session: .json or .json.gz" },
  flags,
  parse: (given, env) => parseTable(flags, given, env),
  async run(settings, terminal, operand) {
    const { perform } = await import("../replay/perform.js");
    return await perform(operand, settings, terminal);
  },
};
