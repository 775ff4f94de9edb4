import { parseSettings } from "@homeroom/config";
import { createLogger } from "@homeroom/observability";
import {
  type RedisProcess,
  type StockYWebsocket,
  startRedis,
  stockYWebsocket,
} from "@homeroom/testkit";
import { onTestFinished } from "vitest";
import { composeCoordinator } from "../../src/coordinator/compose.js";
import { composeRouter } from "../../src/router/compose.js";
import type { Running } from "../../src/running.js";
import { temporary } from "../support/homeroom.js";

const logger = createLogger({ level: "silent", pretty: false, fields: {} });

/** Short, so that a new Redis is not waited for long, and long enough for a busy machine. */
const LEASE = { leaseTtlMs: "2000" };

function settingsOf(command: "coordinator" | "router", flags: Readonly<Record<string, string>>) {
  const parsed = parseSettings(command, { port: "0", ...LEASE, ...flags }, {});
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

/** One server that keeps what it has. */
export async function redisServer(): Promise<RedisProcess> {
  const redis = await startRedis({ config: { appendonly: "yes" } });
  onTestFinished(() => redis.close());
  return redis;
}

/** A router in this process, called `r`; it ends with the test. */
export async function router(redisUrl: string): Promise<Running> {
  const running = await composeRouter(settingsOf("router", { redisUrl, nodeId: "r" }), logger);
  onTestFinished(() => running.close());
  return running;
}

/** A coordinator in this process, called `c` unless told otherwise; it ends with the test. */
export async function coordinator(
  redisUrl: string,
  flags: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const dataDir = await temporary();
  const settings = settingsOf("coordinator", { redisUrl, dataDir, nodeId: "c", ...flags });
  const running = await composeCoordinator(settings, logger);
  onTestFinished(() => running.close("together"));
  return running;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function get(running: Running, path: string): Promise<Answer> {
  const response = await fetch(`${running.url}${path}`);
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Answer["body"] };
}

export async function metric(running: Running, name: string): Promise<number> {
  const text = await (await fetch(`${running.url}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

export function typist(running: Running, room: string): StockYWebsocket {
  const client = stockYWebsocket(running.url.replace("http:", "ws:"), room);
  onTestFinished(() => client.close());
  return client;
}
