import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  /** `POST /api/v1/…` */
  readonly line: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

/** An HTTP API that answers as it is told. It ends with the test. */
export async function apiStub(answer: (asked: Asked) => Answer) {
  const requests: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { method, url, headers } = request;
      const asked = { line: `${method} ${url}`, body, authorization: headers.authorization };
      requests.push(asked);
      const given = answer(asked);
      response.writeHead(given.status, given.headers).end(JSON.stringify(given.body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
