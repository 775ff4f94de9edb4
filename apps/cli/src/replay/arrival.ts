import * as Y from "yjs";

/** How to tell that an update has reached a document. */
export interface Arrival {
  /** The clock that each client has reached with it. */
  readonly clocks: ReadonlyMap<number, number>;
  /** One character of each stretch that it deleted. */
  readonly deleted: readonly Y.ID[];
}

export function arrivalOf(update: Uint8Array): Arrival {
  const { structs, ds } = Y.decodeUpdate(update);
  const clocks = new Map<number, number>();
  for (const { id, length } of structs) {
    clocks.set(id.client, Math.max(clocks.get(id.client) ?? 0, id.clock + length));
  }
  const deleted = Array.from(ds.clients, ([client, ranges]) =>
    ranges.map(({ clock }) => Y.createID(client, clock)),
  ).flat();
  return { clocks, deleted };
}

/** A state vector knows nothing of deletions, so these are looked up. */
export function hasArrived(doc: Y.Doc, { clocks, deleted }: Arrival): boolean {
  const has = (client: number, clock: number) => Y.getState(doc.store, client) >= clock;
  return (
    Array.from(clocks).every(([client, clock]) => has(client, clock)) &&
    deleted.every((id) => has(id.client, id.clock + 1) && Y.getItem(doc.store, id).deleted)
  );
}
