import { STATUS_CODES } from "node:http";
import { AuthError, type AuthErrorCode, ServiceError, type ServiceErrorCode } from "@homeroom/room";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { type ProblemCode, problemKinds } from "./problem-kinds.js";

const AUTH_PROBLEMS: Record<AuthErrorCode, ProblemCode> = {
  MISSING: "TOKEN_MISSING",
  INVALID: "TOKEN_INVALID",
  EXPIRED: "TOKEN_EXPIRED",
  UNAVAILABLE: "KEYS_UNAVAILABLE",
};

const SERVICE_PROBLEMS: Record<ServiceErrorCode, ProblemCode> = {
  ROOM_DAMAGED: "ROOM_DAMAGED",
  UPDATE_REFUSED: "UPDATE_REFUSED",
  UPDATE_GAP: "UPDATE_GAP",
  TOO_LARGE: "TOO_LARGE",
  NO_HOME: "NO_HOME",
  UNAVAILABLE: "UNAVAILABLE",
  UNKNOWN_NODE: "UNKNOWN_NODE",
  CONFLICT: "CONFLICT",
};

/** What fastify refuses by itself, by its error codes. */
const FRAMEWORK_PROBLEMS = new Map<unknown, ProblemCode>([
  ["FST_ERR_BAD_URL", "BAD_REQUEST"],
  ["FST_ERR_MAX_PARAM_LENGTH", "URI_TOO_LONG"],
  ["FST_ERR_CTP_BODY_TOO_LARGE", "TOO_LARGE"],
  ["FST_ERR_CTP_INVALID_MEDIA_TYPE", "UNSUPPORTED_MEDIA_TYPE"],
  ["FST_ERR_CTP_INVALID_CONTENT_LENGTH", "BAD_REQUEST"],
  ["FST_ERR_CTP_EMPTY_JSON_BODY", "INVALID_REQUEST"],
  ["FST_ERR_CTP_INVALID_JSON_BODY", "INVALID_REQUEST"],
]);

/** What Node's HTTP parser refuses by itself. */
const PARSER_PROBLEMS = new Map<unknown, ProblemCode>([
  ["HPE_HEADER_OVERFLOW", "HEADERS_TOO_LARGE"],
  ["ERR_HTTP_REQUEST_TIMEOUT", "REQUEST_TIMEOUT"],
]);

/** An answer of the API that is not the one that was asked for: RFC 9457, with a stable `code`. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the answer. */
  readonly extensions: Readonly<Record<string, unknown>>;

  /** @param detail What is wrong and what to do about it, for the person who reads the answer. */
  constructor(
    code: ProblemCode,
    detail: string,
    options: ErrorOptions & {
      readonly headers?: Readonly<Record<string, string>>;
      readonly extensions?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(detail, options);
    this.name = "Problem";
    this.code = code;
    const { retryAfter } = problemKinds[code];
    this.headers = {
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
      ...options.headers,
    };
    this.extensions = options.extensions ?? {};
  }

  get status(): number {
    return problemKinds[this.code].status;
  }

  /** The body, `application/problem+json`. `type` is left out: `code` is what tells them apart. */
  body(): string {
    const { status, code, message, extensions } = this;
    return JSON.stringify({
      ...extensions,
      title: STATUS_CODES[status],
      status,
      code,
      detail: message,
    });
  }
}

/** Brings whatever was thrown into the one form in which errors leave the process. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AuthError) return authProblem(error);
  if (error instanceof ServiceError) {
    return new Problem(SERVICE_PROBLEMS[error.code], error.message, { cause: error });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      path: `${error.validationContext ?? ""}${instancePath}`,
      message,
    }));
    const detail = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
    return new Problem("INVALID_REQUEST", detail, { cause: error, extensions: { errors } });
  }
  const known = FRAMEWORK_PROBLEMS.get(codeOf(error));
  if (known !== undefined && error instanceof Error) {
    return new Problem(known, error.message, { cause: error });
  }
  return new Problem("INTERNAL", "an error inside the server; its log says more", { cause: error });
}

/** For a request that Node could not read. */
export function parserProblem(error: unknown): Problem {
  const code = PARSER_PROBLEMS.get(codeOf(error));
  if (code === "HEADERS_TOO_LARGE") return new Problem(code, "the request's head is too large");
  if (code === "REQUEST_TIMEOUT") return new Problem(code, "the request did not arrive in time");
  return new Problem("BAD_REQUEST", "the request is not HTTP as this server reads it");
}

function authProblem(error: AuthError): Problem {
  const code = AUTH_PROBLEMS[error.code];
  // RFC 6750, 3: without a token no error is named.
  const challenge =
    error.code === "MISSING"
      ? 'Bearer realm="homeroom"'
      : 'Bearer realm="homeroom", error="invalid_token"';
  const headers = error.code === "UNAVAILABLE" ? {} : { "www-authenticate": challenge };
  return new Problem(code, error.message, { cause: error, headers });
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;
