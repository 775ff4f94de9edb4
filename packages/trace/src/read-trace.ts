import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parseTrace } from "./parse-trace.js";
import { type Trace, TraceError } from "./trace.js";

/** The largest published sessions are a tenth of this. */
export const MAX_FILE_BYTES: number = 256 * 1024 ** 2;

const unzip = promisify(gunzip);

/**
 * Reads a session from a `.json` file, gzipped or not.
 *
 * @throws TraceError
 */
export async function readTrace(path: string, maxBytes: number = MAX_FILE_BYTES): Promise<Trace> {
  const bytes = await readBounded(path, maxBytes);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = isGzip ? await unzipBounded(path, bytes, maxBytes) : bytes;
  let json: unknown;
  try {
    json = JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw new TraceError("MALFORMED", `${path} holds no JSON`, { cause });
  }
  try {
    return parseTrace(json);
  } catch (cause) {
    if (!(cause instanceof TraceError)) throw cause;
    throw new TraceError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  try {
    await using file = await open(path);
    if ((await file.stat()).size > maxBytes) throw tooLarge(path, maxBytes);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof TraceError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TraceError("UNREADABLE", `${path} cannot be read: ${why}`, { cause });
  }
}

async function unzipBounded(path: string, bytes: Buffer, maxOutputLength: number): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength });
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError;
    if (isTooLarge) throw tooLarge(path, maxOutputLength);
    throw new TraceError("MALFORMED", `${path} is damaged: it does not decompress`, { cause });
  }
}

function tooLarge(path: string, maxBytes: number): TraceError {
  return new TraceError("TOO_LARGE", `${path} holds more than ${maxBytes} bytes`);
}
