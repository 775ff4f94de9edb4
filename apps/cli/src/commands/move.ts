import { missing, parseTable, type Table, text } from "@homeroom/config";
import { z } from "zod";
import { postJson, type Server, serverFlags } from "../api-client.js";
import type { Command } from "../command.js";
import { ExitCode } from "../failure.js";
import { json, jsonFlag } from "../table.js";

interface Order extends Server {
  readonly to: string | null;
  readonly json: boolean;
}

const flags: Table<Order> = {
  ...serverFlags,
  to: {
    flag: "to",
    value: text("<node>"),
    default: null,
    description: "the node that is to be its home (homeroom nodes)",
    flagOnly: true,
  },
  json: jsonFlag,
};

const report = z.looseObject({
  room: z.string(),
  from: z.string(),
  to: z.string(),
  epoch: z.number(),
  pausedMs: z.number(),
});

export const move: Command<Order & { readonly to: string }> = {
  name: "move",
  summary: "move a room to another node; its people stay connected",
  group: "a running Homeroom",
  operand: { name: "room", description: "the room's name" },
  flags,
  parse(given, env) {
    const parsed = parseTable(flags, given, env);
    if (!parsed.ok) return parsed;
    const { to } = parsed.settings;
    if (to !== null) return { ok: true, settings: { ...parsed.settings, to } };
    const problem = missing(flags.to, "must be given: a node that homeroom nodes lists");
    return { ok: false, problems: [problem] };
  },
  async run(order, terminal, room) {
    const path = `/api/v1/rooms/${encodeURIComponent(room)}/move`;
    const moved = await postJson(order, path, report, { to: order.to });
    const paused = `${moved.pausedMs.toFixed(1)} ms`;
    terminal.out(
      order.json
        ? json(moved)
        : moved.from === moved.to
          ? `${moved.room} is at home on ${moved.to} already`
          : `${moved.room} moved from ${moved.from} to ${moved.to}; its edits waited ${paused}`,
    );
    return ExitCode.done;
  },
};
