import { join } from "node:path";
import { createLogger } from "@homeroom/observability";
import { deadline, eventually } from "@homeroom/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { homeroomMember } from "../../src/cluster/homeroom-member.js";
import { Supervised } from "../../src/cluster/supervised.js";

interface Line {
  readonly member?: string;
  readonly msg: string;
  readonly pid?: number;
  readonly url?: string;
  readonly signal?: string;
  readonly code?: number;
  readonly pauseMs?: number;
}

/** A member whose process is a stand-in, behaving as `how` says. It ends with the test. */
function supervise(command: "coordinator" | "router", how = "") {
  const log: Line[] = [];
  const relayed: string[] = [];
  const logger = createLogger({
    level: "info",
    pretty: false,
    fields: {},
    destination: { write: (line) => void log.push(JSON.parse(line) as Line) },
  });
  const program = {
    execPath: process.execPath,
    execArgv: [],
    script: join(import.meta.dirname, "stand-in.mjs"),
  };
  const env = { HOMEROOM_NODE_ID: `${command}-1`, HOMEROOM_PORT: "0", STAND_IN: how };
  const member = homeroomMember(
    { name: `${command}-1`, command, env, lifeline: null },
    program,
    (name, line) => void relayed.push(`${name}: ${line}`),
  );
  const supervised = new Supervised(member, logger);
  onTestFinished(() => supervised.stop(0).then(() => undefined));
  return {
    supervised,
    log,
    relayed,
    said: (msg: string) => log.filter((line) => line.msg === msg),
  };
}

const soon = <T>(promise: Promise<T>, what: string) => deadline(promise, 10_000, what);
const pidAt = async (url: string) => Number(await (await fetch(url)).text());

describe("CL22: a process that is killed", () => {
  it("comes back, a router where clients know it, and each death is logged", async () => {
    const { supervised, said } = supervise("router");
    const url = await soon(supervised.ready, "ready");
    const first = await pidAt(url);
    process.kill(first, "SIGKILL");
    const second = await eventually(async () => {
      const pid = await pidAt(url);
      return pid !== first && pid;
    });
    process.kill(second, "SIGKILL");
    await eventually(async () => {
      const pid = await pidAt(url);
      return pid !== first && pid !== second;
    });
    const facts = { member: "router-1", signal: "SIGKILL" };
    expect(said("died: it is started again")).toMatchObject([
      { ...facts, pid: first, pauseMs: 100 },
      { ...facts, pid: second, pauseMs: 200 },
    ]);
    expect(said("ready").map((line) => line.url)).toEqual([url, url, url]);
  });
});

describe("CL23: a process that is not started again", () => {
  it("has wrong settings, which it says itself", async () => {
    const { supervised, relayed, said } = supervise("coordinator", "wrong settings");
    expect(await soon(supervised.ended, "ended")).toBe("refused");
    expect(relayed).toEqual(["coordinator-1: --port: not this one"]);
    expect(said("died: it is started again")).toEqual([]);
  });

  it("could never start", async () => {
    const { supervised, said } = supervise("coordinator", "cannot start");
    expect(await soon(supervised.ended, "ended")).toBe("hopeless");
    expect(said("died: it is started again")).toHaveLength(2);
  });
});

describe("CL24: a process that is told to stop", () => {
  it.each([
    ["router", "SIGTERM"],
    ["coordinator", "channel closed"],
  ] as const)("%s: %s", async (command, why) => {
    const { supervised, relayed, log } = supervise(command);
    await soon(supervised.ready, "ready");
    expect(await supervised.stop(10_000)).toBe(true);
    expect(relayed).toEqual([expect.stringContaining(`stopping: ${why}`)]);
    expect(log.at(-1)).toMatchObject({ msg: "stopped", code: 0 });
    expect(await supervised.stop(10_000)).toBe(true);
  });

  it("and does not, is killed", async () => {
    const { supervised, said } = supervise("router", "stubborn");
    const pid = await pidAt(await soon(supervised.ready, "ready"));
    expect(await supervised.stop(50)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(said("did not stop in time: killed")).toHaveLength(1);
  });
});
