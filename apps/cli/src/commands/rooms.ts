import { count, parseTable, type Table, text, toggle } from "@homeroom/config";
import Table3 from "cli-table3";
import { z } from "zod";
import { getJson, type Server, serverFlags } from "../api-client.js";
import type { Command } from "../command.js";
import { ExitCode, Failure } from "../failure.js";

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
  json: {
    flag: "json",
    value: toggle,
    default: "false",
    description: "print JSON: { rooms, cursor }",
    flagOnly: true,
  },
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
  operand: null,
  flags,
  parse: (given, env) => parseTable(flags, given, env),
  async run(listing, terminal) {
    const listed = await list(listing);
    if (listing.json) {
      terminal.out(JSON.stringify(listed, null, 2));
      return ExitCode.done;
    }
    const table = new Table3({
      head: ["room", "status", "home", "sessions"],
      style: { head: [], border: [] },
      colAligns: ["left", "left", "left", "right"],
    });
    for (const { room, status, owner, sessions } of listed.rooms) {
      table.push([room, status, owner?.node ?? "–", sessions]);
    }
    terminal.out(listed.rooms.length === 0 ? "no rooms" : table.toString());
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
    const answer = page.safeParse(await getJson(listing, `/api/v1/rooms?${query}`));
    if (!answer.success) {
      const message = `${listing.url} did not answer like Homeroom: is it one? (--url)`;
      throw new Failure(ExitCode.failed, [message], { cause: answer.error });
    }
    all.push(...answer.data.rooms);
    cursor = answer.data.cursor;
  } while (cursor !== null && all.length < listing.limit);
  return { rooms: all, cursor };
}
