import { spawn } from "node:child_process";
import type { Environment } from "@homeroom/config";
import { type Relay, readLines } from "./relay.js";
import type { Life, Member } from "./supervised.js";

/** How this program was started, so that its children are the same program. */
export interface Program {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly script: string;
}

/** Without the debugger's port, which is this process's. */
export const thisProgram = (): Program => ({
  execPath: process.execPath,
  execArgv: process.execArgv.filter((argument) => !argument.startsWith("--inspect")),
  script: process.argv[1] ?? "",
});

export interface HomeroomMember {
  readonly name: string;
  readonly command: "coordinator" | "router";
  readonly env: Environment;
  /** Kept open by the process for as long as it lives; see `ownRedis`. */
  readonly lifeline: (() => Life["process"]["stdin"]) | null;
}

/** For loading the program, opening its journal and listening. */
const START_MS = 60_000;
const READY = /^(?:Coordinator|Router) \S+ is ready at (\S+)$/;

/**
 * A coordinator or a router. A router that the system gave a port keeps it when it is started again,
 * for its clients know no other.
 *
 * It is in a process group of its own, so that a Ctrl-C reaches only the process that knows in which
 * order to stop. It has a channel to that one, and stops when the channel is closed.
 */
export function homeroomMember(member: HomeroomMember, program: Program, relay: Relay): Member {
  const { name, command, lifeline } = member;
  let env = member.env;
  return {
    name,
    startWithinMs: START_MS,
    start() {
      const child = spawn(program.execPath, [...program.execArgv, program.script, command], {
        env: { ...env },
        stdio: ["ignore", "pipe", "pipe", "ipc", lifeline?.() ?? "ignore"],
        detached: true,
      });
      readLines(child.stderr, (line) => relay(name, line));
      const ready = new Promise<string>((resolve) => {
        readLines(child.stdout, (line) => {
          const url = READY.exec(line)?.[1];
          if (url === undefined) return relay(name, line);
          if (command === "router") env = { ...env, HOMEROOM_PORT: new URL(url).port };
          resolve(url);
        });
      });
      return { process: child, ready };
    },
    leave(child) {
      // A coordinator that is alone in losing its channel has nowhere to move its rooms.
      if (command === "coordinator" && child.connected) child.disconnect();
      else child.kill("SIGTERM");
    },
  };
}
