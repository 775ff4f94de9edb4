import { isatty } from "node:tty";
import pino, { type DestinationStream, type Logger as PinoLogger } from "pino";
import { prettyFactory } from "pino-pretty";

export interface LoggerOptions {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  /** For people instead of programs. */
  readonly pretty: boolean;
  /** In every line, such as the node's id. */
  readonly fields: Readonly<Record<string, string>>;
  /** Standard error unless given. */
  readonly destination?: DestinationStream;
}

const STANDARD_ERROR = 2;

/** Fields whose value is never written, wherever they stand. */
const SECRETS = ["token", "secret", "password", "authorization", "cookie"];

/**
 * A logger of JSON lines: `level`, `time` (ISO 8601), `msg`, the fields, and errors with their
 * causes under `err`. Neither tokens nor secrets are written, not even inside of other texts.
 */
export function createLogger(options: LoggerOptions): PinoLogger {
  const { level, fields } = options;
  const destination = options.destination ?? pino.destination({ fd: STANDARD_ERROR, sync: true });
  return pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.errWithCause },
      redact: {
        paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: "[hidden]",
      },
      hooks: { streamWrite: hideTokens },
    },
    options.pretty ? prettily(destination) : destination,
  );
}

/** At once rather than through a stream, so that the last lines before an exit are written. */
function prettily(destination: DestinationStream): DestinationStream {
  const prettify = prettyFactory({ colorize: isatty(STANDARD_ERROR), ignore: "node" });
  return { write: (line) => destination.write(prettify(line)) };
}

/** JSON Web Tokens, and whatever stands in a query as one. */
const TOKENS = /\beyJ[\w-]*\.[\w-]*\.[\w-]*|\btoken=[^&\s"\\]+/g;

/** URLs and other people's error messages hold tokens too. */
export function hideTokens(line: string): string {
  return line.replaceAll(TOKENS, (found) =>
    found.startsWith("token=") ? "token=[hidden]" : "[hidden]",
  );
}
