import { describe, expect, it } from "vitest";
import { tell } from "./support/terminal.js";

describe("CL1: exit codes", () => {
  it("2 for every wrong value, a line each, without beginning anything", async () => {
    const { code, out, err } = await tell(
      ["start", "--port", "x", "--durability", "maybe", "--host", "0.0.0.0"],
      { HOMEROOM_AUTH_SECRET: "short" },
    );
    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(err).toEqual([
      '--port "x": must be a whole number from 0 to 65535',
      expect.stringMatching(
        /^--auth-secret \(HOMEROOM_AUTH_SECRET\) \(5 bytes, not shown\): must be at/,
      ),
      '--durability "maybe": must be one of fsync, process',
    ]);
  });

  it.each([
    [["start", "--prot", "1"], "error: unknown option '--prot'"],
    [["start", "--port"], "error: option '--port <port>' argument missing"],
    [["start", "extra"], "error: too many arguments"],
    [["strat"], "error: unknown command 'strat'"],
    [["replay"], "error: missing required argument 'trace'"],
    [["coordinator"], "--redis-url: must be given: the Redis that the cluster shares"],
    [["router"], "--redis-url: must be given: the Redis that the cluster shares"],
    [["cluster", "--coordinators", "0"], '--coordinators "0": must be a whole number from 1 to'],
    // What belongs to a cluster is not taken in silence.
    [["start", "--redis-url", "redis://a"], "error: unknown option '--redis-url'"],
  ])("2 for %j", async (args, message) => {
    const { code, out, err } = await tell(args);
    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(err[0]).toContain(message);
  });

  it("2 without a command, showing what there is", async () => {
    const { code, err } = await tell([]);
    expect(code).toBe(2);
    const names = err.flatMap((line) => /^ {2}([a-z]+) /.exec(line)?.[1] ?? []);
    expect(names).toEqual([
      "start",
      "coordinator",
      "router",
      "cluster",
      "rooms",
      "nodes",
      "move",
      "drain",
      "resume",
      "token",
      "replay",
      "doctor",
      "help",
    ]);
  });
});

describe("CL2: what was asked for goes to standard output", () => {
  it("prints help, made from the table of settings", async () => {
    const { code, out, err } = await tell(["start", "--help"]);
    expect(code).toBe(0);
    expect(err).toEqual([]);
    const help = out.join("\n").replaceAll(/\s+/g, " ");
    expect(help).toContain("--port <port> port to listen on");
    expect(help).toContain("(default: 1234; HOMEROOM_PORT)");
    expect(help).toContain("--auth-secret <secret>");
    expect(help).not.toContain("--redis-url");
  });

  it("prints the version", async () => {
    expect(await tell(["--version"])).toMatchObject({ code: 0, out: ["0.1.0"], err: [] });
  });
});
