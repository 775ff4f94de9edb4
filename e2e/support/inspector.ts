import { once } from "node:events";
import { deadline, type HomeroomProcess, type Lab } from "@homeroom/testkit";
import { WebSocket } from "ws";

/** Environment under which a process can be looked into with `inspect`. */
export const inspectable: Readonly<Record<string, string>> = {
  NODE_OPTIONS: "--inspect=127.0.0.1:0",
};

interface Reply {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

const callWithinMs = 20_000;

/** The debugger's view into a running process. */
export class Inspector {
  readonly #socket: WebSocket;
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async attach(lab: Lab, server: HomeroomProcess): Promise<Inspector> {
    const [, url = ""] = await server.waitForOutput(/Debugger listening on (ws:\S+)/);
    const socket = new WebSocket(url);
    lab.own({ close: () => socket.terminate() });
    await once(socket, "open");
    return new Inspector(socket);
  }

  /** Bytes of live JavaScript objects, after a full garbage collection. */
  async liveHeapBytes(): Promise<number> {
    await this.#call("HeapProfiler.collectGarbage");
    return Number(await this.#evaluate("process.memoryUsage().heapUsed"));
  }

  /** What keeps the event loop alive, by kind. */
  async activeResources(): Promise<Readonly<Record<string, number>>> {
    const kinds = JSON.parse(
      String(await this.#evaluate("JSON.stringify(process.getActiveResourcesInfo())")),
    ) as readonly string[];
    const counts: Record<string, number> = {};
    for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  async #evaluate(expression: string): Promise<unknown> {
    return (await this.#call("Runtime.evaluate", { expression })).result?.result?.value;
  }

  async #call(method: string, params: object = {}): Promise<Reply> {
    const id = ++this.#calls;
    const reply = new Promise<Reply>((resolve) => {
      const listen = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as Reply;
        if (message.id !== id) return;
        this.#socket.off("message", listen);
        resolve(message);
      };
      this.#socket.on("message", listen);
    });
    this.#socket.send(JSON.stringify({ id, method, params }));
    return await deadline(reply, callWithinMs, `the inspector answers ${method}`);
  }
}
