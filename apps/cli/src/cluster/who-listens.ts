import { connect } from "node:net";

const ANSWER_MS = 2_000;

/** What listens on a port of loopback. */
export type Listener =
  | "nobody"
  | "serves"
  /** A Redis that loads its data, or asks for a password. */
  | "refuses"
  | "something else";

/** Says `PING` as Redis understands it without a client. */
export function whoListens(port: number): Promise<Listener> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const settle = (listener: Listener): void => {
      socket.destroy();
      resolve(listener);
    };
    socket.setTimeout(ANSWER_MS, () => settle("something else"));
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("data", (bytes) => {
      const answer = bytes.toString("latin1");
      if (answer.startsWith("+PONG")) settle("serves");
      else settle(/^-[A-Z]+ /.test(answer) ? "refuses" : "something else");
    });
    socket.once("end", () => settle("something else"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      settle(code === "ECONNREFUSED" ? "nobody" : "something else"),
    );
  });
}
