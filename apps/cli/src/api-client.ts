import { type Setting, text, url } from "@homeroom/config";
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

const TIMEOUT_MS = 10_000;

/**
 * Asks the HTTP API.
 * @param path Begins with a slash.
 * @throws Failure saying what the server answered, or why it did not.
 */
export async function getJson(server: Server, path: string): Promise<unknown> {
  const address = `${httpUrl(server)}${path}`;
  const headers: Record<string, string> =
    server.token === null ? {} : { authorization: `Bearer ${server.token}` };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let answer: Response;
  try {
    answer = await fetch(address, { headers, signal });
  } catch (error) {
    throw new Failure(ExitCode.failed, [`${server.url} ${reasonOf(error)} (--url)`], {
      cause: error,
    });
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body;
  throw new Failure(ExitCode.failed, [
    `${server.url} answered ${answer.status}: ${detailOf(body)}`,
  ]);
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `did not answer within ${TIMEOUT_MS / 1000} s`;
  }
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return `cannot be reached: ${messageOf(cause)}. Is Homeroom running there?`;
}

/** What `application/problem+json` says. */
function detailOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "no explanation";
  const { detail, title, code } = body as Partial<Record<string, unknown>>;
  return [code, detail ?? title].filter((part) => typeof part === "string").join(": ");
}
