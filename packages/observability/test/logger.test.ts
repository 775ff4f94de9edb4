import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLogger, type LoggerOptions } from "@homeroom/observability";
import { describe, expect, it } from "vitest";

function recorded(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const fields = { node: "n1" };
  const logger = createLogger({ level: "info", pretty: false, fields, destination, ...options });
  return { logger, lines, first: () => JSON.parse(lines[0] ?? "") as Record<string, unknown> };
}

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJyb29tcyI6WyIqIl19.c2lnbmF0dXJlLXRoYXQtaXMtc2VjcmV0";

describe("OB1: lines", () => {
  it("has level, time, node and message", () => {
    const { logger, lines, first } = recorded();
    logger.info({ room: "docs/a", session: 7 }, "session opened");
    expect(lines).toHaveLength(1);
    expect(first()).toMatchObject({
      level: "info",
      node: "n1",
      room: "docs/a",
      session: 7,
      msg: "session opened",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  it("keeps an error's code, stack and causes", () => {
    const { logger, first } = recorded();
    const cause = Object.assign(new Error("disk"), { code: "ENOSPC" });
    logger.error({ err: new Error("flush", { cause }) }, "failed");
    expect(first()).toMatchObject({
      err: {
        message: "flush",
        stack: expect.stringContaining("logger.test.ts"),
        cause: { message: "disk", code: "ENOSPC" },
      },
    });
  });

  it("leaves out what is below its level", () => {
    const { logger, lines } = recorded({ level: "warn" });
    logger.info({}, "quiet");
    logger.warn({}, "loud");
    expect(lines).toHaveLength(1);
  });

  it("writes for people", () => {
    const { logger, lines } = recorded({ pretty: true });
    logger.info({ room: "docs/a" }, "room opened");
    expect(lines.join("")).toMatch(/INFO.*room opened[\s\S]*room.*docs\/a/);
  });
});

describe("OB2: secrets", () => {
  it.each([
    { token: JWT },
    { request: { headers: { authorization: `Bearer ${JWT}` } } },
    { url: `/docs/a?token=${JWT}&ack=1` },
    { url: "/docs/a?ack=1&token=opaque-but-secret" },
    { err: new Error(`upgrade of /docs/a?token=${JWT} failed`) },
    { options: { secret: "opaque-but-secret" } },
    { password: "opaque-but-secret" },
    { answer: { to: { a: { request: { Cookie: ["opaque-but-secret"] } } } } },
  ])("does not write them: $url", (fields) => {
    for (const pretty of [false, true]) {
      const { logger, lines } = recorded({ pretty });
      logger.info(fields, `with ${JWT}`);
      expect(lines.join("")).toContain("[hidden]");
      expect(lines.join("")).not.toMatch(/eyJ|opaque-but-secret|c2lnbmF0/);
    }
  });

  it("leaves other parameters alone", () => {
    const { logger, first } = recorded();
    logger.info({ url: "/docs/a?token=abc&ack=1" }, "x");
    expect(first().url).toBe("/docs/a?token=[hidden]&ack=1");
  });
});

it.each([false, true])(
  "OB3: writes to standard error before an exit (pretty: %s)",
  async (pretty) => {
    const code = `
    import { createLogger } from "@homeroom/observability";
    const logger = createLogger({ level: "info", pretty: ${pretty}, fields: {} });
    for (let line = 0; line < 500; line++) logger.info({ line }, "hello");
    process.exit(0);
  `;
    const flags = ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", code];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, {
      cwd: join(import.meta.dirname, ".."),
      maxBuffer: 2 ** 20,
    });
    expect(stdout).toBe("");
    expect(stderr.match(/hello/g)).toHaveLength(500);
  },
);
