import type { HomeroomProcess } from "@homeroom/testkit";
import * as Y from "yjs";

type Server = Pick<HomeroomProcess, "url">;

/** The address of a room in the HTTP API: its name is one percent-encoded segment. */
export const roomUrl = (server: Server, room: string, rest = ""): string =>
  `${server.url}/api/v1/rooms/${encodeURIComponent(room)}${rest}`;

/** What a server answered: its status, and its body where that is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: json ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

/** The state of a room as the server alone knows it. @throws Error where it answers an error */
export async function documentOf(server: Server, room: string): Promise<Y.Doc> {
  const response = await fetch(roomUrl(server, room, "/document?as=update"));
  if (!response.ok) {
    throw new Error(`${room}: ${response.status} ${await response.text()}`);
  }
  const doc = new Y.Doc();
  Y.applyUpdate(doc, new Uint8Array(await response.arrayBuffer()));
  return doc;
}
