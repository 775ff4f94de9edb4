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
const SECRETS = "token|secret|password|authorization|cookie";
const SECRET_NAME = new RegExp(`^(?:${SECRETS})$`, "i");
/** In a line. */
const SECRET_FIELD = new RegExp(`"(?:${SECRETS})":`, "i");
/** JSON Web Tokens, and whatever stands in a query as one. */
const TOKENS = /\beyJ[\w-]*\.[\w-]*\.[\w-]*|\btoken=[^&\s"\\]+/g;
const HIDDEN = "[hidden]";

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
      hooks: { streamWrite: hideSecrets },
    },
    options.pretty ? prettily(destination) : destination,
  );
}

/** At once rather than through a stream, so that the last lines before an exit are written. */
function prettily(destination: DestinationStream): DestinationStream {
  const prettify = prettyFactory({ colorize: isatty(STANDARD_ERROR), ignore: "node" });
  return { write: (line) => destination.write(prettify(line)) };
}

/**
 * Fields are looked for in the line that is written, where most have none of them: Pino's redaction
 * looks for each in each object, which was 7 % of what a join costs. A line that has one is written
 * anew. URLs and other people's error messages hold tokens too.
 */
function hideSecrets(line: string): string {
  const named = SECRET_FIELD.test(line) ? hideFields(line) : line;
  return named.replaceAll(TOKENS, (found) =>
    found.startsWith("token=") ? `token=${HIDDEN}` : HIDDEN,
  );
}

function hideFields(line: string): string {
  const hide = (name: string, value: unknown) => (SECRET_NAME.test(name) ? HIDDEN : value);
  return `${JSON.stringify(JSON.parse(line), hide)}\n`;
}
