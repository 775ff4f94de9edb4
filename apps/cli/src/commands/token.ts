import {
  duration,
  missing,
  oneOf,
  parsed,
  parseSettings,
  parseTable,
  settingsTable,
  type Table,
  tableOf,
  text,
} from "@homeroom/config";
import { parseRoomName } from "@homeroom/protocol";
import type { Command } from "../command.js";
import { ExitCode } from "../failure.js";

interface Grant {
  readonly room: string | null;
  readonly access: "read" | "comment" | "write" | "admin";
  readonly name: string | null;
  readonly sub: string | null;
  /** Milliseconds. */
  readonly ttl: number;
}

/** Stars may stand for anything, so a pattern is allowed where some room can match it. */
const pattern = parsed<string>(
  "<pattern>",
  "a room's name, or a pattern with * for any characters (docs/*)",
  (written) => (parseRoomName(written.replaceAll("*", "x")) === null ? null : written),
);

const grants: Table<Grant> = {
  room: {
    flag: "room",
    value: pattern,
    default: null,
    description: "the rooms that the token opens; * stands for any characters",
    flagOnly: true,
  },
  access: {
    flag: "access",
    value: oneOf("read", "comment", "write", "admin"),
    default: "write",
    description: "what may be done there",
    flagOnly: true,
  },
  name: {
    flag: "name",
    value: text("<name>"),
    default: null,
    description: "who others see",
    flagOnly: true,
  },
  sub: {
    flag: "sub",
    value: text("<subject>"),
    default: null,
    description: "who it is for, as your own system knows them",
    flagOnly: true,
  },
  ttl: {
    flag: "ttl",
    value: duration("1s", "3650d"),
    default: "1h",
    description: "how long the token is good for",
    flagOnly: true,
  },
};

/** What is needed to sign: everything that was given, and nothing that may be missing. */
interface Order extends Grant {
  readonly room: string;
  readonly authSecret: string;
}

export const token: Command<Order> = {
  name: "token",
  summary: "print a signed token",
  group: "tools",
  operand: null,
  flags: { ...grants, ...tableOf("token") },
  parse(flags, env) {
    const grant = parseTable(grants, flags, env);
    const server = parseSettings("token", flags, env);
    if (!grant.ok || !server.ok) {
      const problems = [grant, server].flatMap((part) => (part.ok ? [] : part.problems));
      return { ok: false, problems };
    }
    const { room } = grant.settings;
    const { authSecret } = server.settings;
    if (room !== null && authSecret !== null) {
      return { ok: true, settings: { ...grant.settings, room, authSecret } };
    }
    const secret = "must be given: the secret that the server was started with";
    return {
      ok: false,
      problems: [
        ...(room === null ? [missing(grants.room, `must be given: ${pattern.allowed}`)] : []),
        ...(authSecret === null ? [missing(settingsTable.authSecret, secret)] : []),
      ],
    };
  },
  async run({ authSecret, room, access, name, sub, ttl }, terminal) {
    const { mintToken } = await import("@homeroom/router");
    const claims = { rooms: [room], access, name: name ?? undefined, sub: sub ?? undefined };
    terminal.out(await mintToken(authSecret, claims, ttl, { now: () => Date.now() }));
    return ExitCode.done;
  },
};
