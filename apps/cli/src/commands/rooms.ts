import { count, parseTable, type Table, text } from "@homeroom/config";
import { z } from "zod";
import { getJson, type Server, serverFlags } from "../api-client.js";
import type { Command } from "../command.js";
import { ExitCode } from "../failure.js";
import { json, jsonFlag, table } from "../table.js";

interface Listing extends Server {
  readonly prefix: string | null;
  readonly limit: number;
  readonly json: boolean;
}

const flags: Table<Listing> = {
  ...serverFlags,
  prefix: {
    flag: "prefix",
    value: text("<prefix>"),
    default: null,
    description: "only rooms whose name begins with this",
    flagOnly: true,
  },
  limit: {
    flag: "limit",
    value: count("<count>", 1, 1_000_000),
    default: "1000",
    description: "at most so many rooms",
    flagOnly: true,
  },
  json: jsonFlag,
};

const page = z.object({
  rooms: z.array(
    z.looseObject({
      room: z.string(),
      status: z.string(),
      owner: z.looseObject({ node: z.string() }).nullable(),
      sessions: z.number(),
    }),
  ),
  cursor: z.string().nullable(),
});

type Page = z.infer<typeof page>;

/** Rooms that are asked for at once. */
const PAGE = 500;

export const rooms: Command<Listing> = {
  name: "rooms",
  summary: "list the rooms of a running Homeroom",
  group: "a running Homeroom",
  operand: null,
  flags,
  parse: (given, env) => parseTable(flags, given, env),
  async run(listing, terminal) {
    const listed = await list(listing);
    if (listing.json) {
      terminal.out(json(listed));
      return ExitCode.done;
    }
    const rows = listed.rooms.map(({ room, status, owner, sessions }) => [
      room,
      status,
      owner?.node ?? "–",
      sessions,
    ]);
    const head = ["room", "status", "home", "sessions"];
    terminal.out(rows.length === 0 ? "no rooms" : table(head, rows));
    if (listed.cursor !== null) terminal.err("there are more: see --limit and --prefix");
    return ExitCode.done;
  },
};

async function list(listing: Listing): Promise<Page> {
  const all: Page["rooms"] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      limit: String(Math.min(PAGE, listing.limit - all.length)),
      ...(listing.prefix === null ? {} : { prefix: listing.prefix }),
      ...(cursor === null ? {} : { cursor }),
    });
    const answer: Page = await getJson(listing, `/api/v1/rooms?${query}`, page);
    all.push(...answer.rooms);
    cursor = answer.cursor;
  } while (cursor !== null && all.length < listing.limit);
  return { rooms: all, cursor };
}
