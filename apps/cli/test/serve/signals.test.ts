import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { Signals } from "../../src/serve/signals.js";

function listening(env: Readonly<Record<string, string>> = {}) {
  const source = new EventEmitter();
  const exits: number[] = [];
  let now = 0;
  const signals = new Signals(
    source,
    env,
    (code) => exits.push(code),
    () => now,
  );
  return {
    signals,
    source,
    exits,
    /** Sends a signal `after` milliseconds. */
    send(signal: "SIGINT" | "SIGTERM", after = 0) {
      now += after;
      source.emit(signal, signal);
    },
  };
}

describe("CL6: the second signal", () => {
  it("ends the process at once, with the code that shells expect", async () => {
    const { signals, exits, send } = listening();
    send("SIGTERM");
    expect(await signals.first).toBe("SIGTERM");
    expect(exits).toEqual([]);
    send("SIGINT");
    send("SIGTERM");
    expect(exits).toEqual([130, 143]);
  });

  it.each(["start", "npx"])("is no echo of the first, under npm's %s", (npm_lifecycle_event) => {
    const { exits, send } = listening({ npm_lifecycle_event });
    send("SIGINT");
    send("SIGINT", 1);
    expect(exits).toEqual([]);
    send("SIGINT", 600);
    expect(exits).toEqual([130]);
  });

  it("counts at once in a process that a test runner under npm started", () => {
    const { exits, send } = listening({ npm_lifecycle_event: "test" });
    send("SIGINT");
    send("SIGINT", 1);
    expect(exits).toEqual([130]);
  });

  it("leaves no listener where none came", () => {
    const { signals, source } = listening();
    expect(source.eventNames()).toEqual(["SIGINT", "SIGTERM"]);
    signals.close();
    expect(source.eventNames()).toEqual([]);
  });

  it("listens until the end once there was a first one, which may have an echo", () => {
    const { signals, exits, send } = listening({ npm_lifecycle_event: "start" });
    send("SIGINT");
    signals.close();
    send("SIGINT", 1);
    expect(exits).toEqual([]);
    send("SIGINT", 600);
    expect(exits).toEqual([130]);
  });
});
