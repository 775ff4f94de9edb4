/** A Yjs relative position as JSON, as editors put it into awareness. */
interface RelativePositionJson {
  readonly type?: Id | null;
  readonly tname?: string | null;
  readonly item?: Id | null;
  readonly assoc?: number;
}

interface Id {
  readonly client: number;
  readonly clock: number;
}

export interface Cursor {
  readonly anchor: RelativePositionJson;
  readonly head: RelativePositionJson;
}

/**
 * Reads a cursor from another client's awareness, which may be anything. The editor's binding
 * resolves positions on every remote change and throws on malformed ones, which would stop remote
 * changes from being shown; null here means that this person has no caret.
 * @param field name of the shared type that the text lives in
 */
export function safeCursor(value: unknown, field: string): Cursor | null {
  const { anchor, head } = record(value);
  const from = position(anchor, field);
  const to = position(head, field);
  return from === null || to === null ? null : { anchor: from, head: to };
}

function position(value: unknown, field: string): RelativePositionJson | null {
  const { type, tname, item, assoc } = record(value);
  const safe = { type: id(type), tname: tname === field ? field : null, item: id(item) };
  if (safe.type === null && safe.tname === null && safe.item === null) return null;
  return { ...safe, assoc: typeof assoc === "number" && assoc < 0 ? -1 : 0 };
}

function id(value: unknown): Id | null {
  const { client, clock } = record(value);
  return isCount(client) && isCount(clock) ? { client, clock } : null;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

function record(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value : {};
}
