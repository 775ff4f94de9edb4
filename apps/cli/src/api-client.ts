import { type Setting, text, url } from "@homeroom/config";
import type { z } from "zod";
import { ExitCode, Failure, messageOf } from "./failure.js";

/** Where a running Homeroom is, and the token that it asks for. */
export interface Server {
  readonly url: string;
  readonly token: string | null;
}

/** For the commands that talk to a running Homeroom. */
export const serverFlags: {
  readonly url: Setting<string>;
  readonly token: Setting<string | null>;
} = {
  url: {
    flag: "url",
    value: url("http:", "https:", "ws:", "wss:"),
    default: "http://127.0.0.1:1234",
    description: "a running Homeroom",
  },
  token: {
    flag: "token",
    value: text("<token>"),
    default: null,
    description: "a token for it, where authentication is on (homeroom token)",
    secret: true,
  },
};

export const httpUrl = ({ url }: Server): string => url.replace(/^ws/, "http");
export const socketUrl = ({ url }: Server): string => url.replace(/^http/, "ws");

/** Longer than a server takes to find that it cannot answer. */
const TIMEOUT_MS = 15_000;

/**
 * Asks the HTTP API.
 * @param path Begins with a slash.
 * @throws Failure saying what the server answered, or why it did not.
 */
export async function getJson<T>(server: Server, path: string, shape: z.ZodType<T>): Promise<T> {
  return await ask(server, path, shape, {});
}

/** Likewise, to change something. @param body Sent as JSON; undefined: none. */
export async function postJson<T>(
  server: Server,
  path: string,
  shape: z.ZodType<T>,
  body?: unknown,
): Promise<T> {
  const request = { method: "POST" };
  if (body === undefined) return await ask(server, path, shape, request);
  const headers = { "content-type": "application/json" };
  return await ask(server, path, shape, { ...request, headers, body: JSON.stringify(body) });
}

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function ask<T>(
  server: Server,
  path: string,
  shape: z.ZodType<T>,
  request: Request,
): Promise<T> {
  const headers = {
    ...request.headers,
    ...(server.token === null ? {} : { authorization: `Bearer ${server.token}` }),
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let answer: Response;
  let body: unknown;
  try {
    answer = await fetch(`${httpUrl(server)}${path}`, { ...request, headers, signal });
    body = parse(await answer.text());
  } catch (error) {
    throw new Failure(ExitCode.failed, [`${server.url} ${reasonOf(error)} (--url)`], {
      cause: error,
    });
  }
  if (!answer.ok) throw refusal(server, answer, body);
  const shaped = shape.safeParse(body);
  if (shaped.success) return shaped.data;
  const message = `${server.url} did not answer like Homeroom: is it one? (--url)`;
  throw new Failure(ExitCode.failed, [message], { cause: shaped.error });
}

/** Null for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `did not answer within ${TIMEOUT_MS / 1000} s`;
  }
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return `cannot be reached: ${messageOf(cause)}. Is Homeroom running there?`;
}

const UNAVAILABLE = 503;

function refusal({ url }: Server, answer: Response, body: unknown): Failure {
  const line = `${url} answered ${answer.status}: ${detailOf(body)}`;
  const seconds = answer.headers.get("retry-after");
  const again = answer.status === UNAVAILABLE && seconds !== null;
  return new Failure(ExitCode.failed, [again ? `${line} (try again in ${seconds} s)` : line]);
}

/** What `application/problem+json` says. */
function detailOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "no explanation";
  const { detail, title, code } = body as Partial<Record<string, unknown>>;
  return [code, detail ?? title].filter((part) => typeof part === "string").join(": ");
}
