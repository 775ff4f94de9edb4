import { isIP } from "node:net";
import { z } from "zod";

/** A kind of value: how it is written on a command line, and what it becomes. */
export interface Value<T> {
  /** Stands for the value in `--help`; null for a switch, which takes none. */
  readonly placeholder: string | null;
  /** Completes the sentence "must be …". */
  readonly allowed: string;
  readonly schema: z.ZodType<T, string>;
}

const value = <T>(
  placeholder: string | null,
  allowed: string,
  schema: z.ZodType<T, string>,
): Value<T> => ({ placeholder, allowed, schema });

export const text = (placeholder: string): Value<string> =>
  value(placeholder, "not empty", z.string().min(1));

export const oneOf = <const T extends string>(...words: readonly T[]): Value<T> =>
  value(`<${words.join("|")}>`, `one of ${words.join(", ")}`, z.enum(words));

/** `true` without a value on the command line; the environment spells it out. */
export const toggle: Value<boolean> = value(
  null,
  "true or false",
  z.enum(["true", "false", "1", "0"]).transform((word) => word === "true" || word === "1"),
);

/** A whole number from `min` to `max`. */
export const count = (placeholder: string, min: number, max: number): Value<number> =>
  value(
    placeholder,
    `a whole number from ${min} to ${max}`,
    z
      .string()
      .regex(/^\d{1,16}$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
  );

export const port: Value<number> = count("<port>", 0, 65_535);

/** A number over zero, not necessarily whole. */
export const factor = (placeholder: string, max: number): Value<number> =>
  value(
    placeholder,
    `a number over 0 and up to ${max}`,
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number)
      .pipe(z.number().positive().max(max)),
  );

const BYTES: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9],
  ["kib", 2 ** 10],
  ["mib", 2 ** 20],
  ["gib", 2 ** 30],
]);

/** A size, in bytes: `16777216`, `16MiB` or `16MB`. The limits are written likewise. */
export const size = (min: string, max: string): Value<number> =>
  value(
    "<size>",
    `a size from ${min} to ${max}, in bytes or with a unit (65536, 64KiB, 16MiB, 1GB)`,
    amount(BYTES, bytes(min), bytes(max)),
  );

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1e3],
  ["m", 60e3],
  ["h", 3600e3],
  ["d", 86_400e3],
]);

/**
 * A duration, in milliseconds: `500ms`, `30s`, `2m`, `1h`, `7d`. A bare number is refused, since
 * some would mean seconds by it; see `milliseconds` for flags whose name says the unit.
 */
export const duration = (min: string, max: string): Value<number> =>
  value(
    "<duration>",
    `a duration with its unit, from ${min} to ${max} (500ms, 30s, 2m, 1h)`,
    amount(MILLISECONDS, span(min), span(max)),
  );

/** Like `duration`, and a bare number is milliseconds. */
export const milliseconds = (min: string, max: string): Value<number> =>
  value(
    "<ms>",
    `milliseconds, or a duration with its unit, from ${min} to ${max} (5000, 5s)`,
    amount(new Map([...MILLISECONDS, ["", 1]]), span(min), span(max)),
  );

/** A host to listen on; IPv6 with or without brackets, without them afterwards. */
export const host: Value<string> = value(
  "<host>",
  "an IP address or a host name",
  z
    .string()
    .max(253)
    .transform((name) => name.replace(/^\[(.*)\]$/, "$1"))
    .refine((name) => isIP(name) !== 0 || HOST_NAME.test(name)),
);

/** Any other kind: `parse` gives null for what is not allowed. */
export const parsed = <T>(
  placeholder: string,
  allowed: string,
  parse: (written: string) => NonNullable<T> | null,
): Value<NonNullable<T>> =>
  value(
    placeholder,
    allowed,
    z.string().transform((written, context) => {
      const result = parse(written);
      if (result !== null) return result;
      context.addIssue({ code: "custom" });
      return z.NEVER;
    }),
  );

const HOST_NAME =
  /^(?!\d+(\.\d+)*$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** An address with one of these protocols (`http:`), without a trailing slash afterwards. */
export const url = (...protocols: readonly string[]): Value<string> =>
  value(
    "<url>",
    `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    z
      .string()
      .refine((address) => protocols.includes(parseUrl(address)?.protocol ?? ""))
      .transform((address) => address.replace(/\/+$/, "")),
  );

/** Web origins as a browser sends them, separated by commas. */
export const origins: Value<readonly string[]> = value(
  "<origins>",
  "origins as a browser sends them, separated by commas (https://example.org,http://localhost:5173)",
  z
    .string()
    .transform((list) => list.split(",").map((origin) => origin.trim()))
    .refine((list) => list.every((origin) => isOrigin(origin))),
);

/** A secret of at least `bytes` bytes of UTF-8. */
export const secret = (least: number): Value<string> =>
  value(
    "<secret>",
    `at least ${least} bytes long (make one with: openssl rand -base64 ${Math.max(least, 32)})`,
    z.string().refine((words) => Buffer.byteLength(words) >= least),
  );

/** A node's name in the directory, in logs and in URLs. */
export const nodeId: Value<string> = value(
  "<id>",
  "1 to 128 of the characters A-Z a-z 0-9 . _ -",
  z.string().regex(/^[\w.-]{1,128}$/),
);

function amount(
  units: ReadonlyMap<string, number>,
  min: number,
  max: number,
): z.ZodType<number, string> {
  return z
    .string()
    .transform((written) => measure(units, written))
    .pipe(z.number().int().min(min).max(max));
}

/** NaN where the text is no number with one of the units. */
function measure(units: ReadonlyMap<string, number>, written: string): number {
  const [, digits, unit] = /^(\d{1,16}) ?([a-z]*)$/i.exec(written) ?? [];
  return Number(digits) * (units.get(unit?.toLowerCase() ?? "") ?? Number.NaN);
}

const bytes = (written: string): number => measure(BYTES, written);
const span = (written: string): number => measure(MILLISECONDS, written);

function isOrigin(origin: string): boolean {
  const parsed = parseUrl(origin);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.origin === origin;
}

export function parseUrl(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null;
}
