export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, null where it is none. */
  readonly body: Record<string, unknown> | null;
}

interface Call {
  readonly method?: string;
  readonly token?: string;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly type?: string;
}

/** A request as a client of the API makes it. */
export async function call(url: string, options: Call = {}): Promise<Answer> {
  const headers = new Headers();
  if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
  if (options.json !== undefined) headers.set("content-type", "application/json");
  if (options.type !== undefined) headers.set("content-type", options.type);
  const body = options.json === undefined ? options.bytes : JSON.stringify(options.json);
  const method = options.method ?? "GET";
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : null,
  };
}
