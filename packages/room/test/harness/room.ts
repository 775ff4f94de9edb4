import type { Lab } from "./lab.js";
import type { Peer, YWebsocketPeer } from "./peer.js";

/** What a client sees of the text that most tests type into. */
export const text = (peer: Peer): string => peer.doc.getText("text").toString();

/** Types at its beginning. */
export const write = (peer: Peer, words: string): void => peer.doc.getText("text").insert(0, words);

/** The updates that a client was sent as such. */
export const updatesIn = (peer: Peer): Uint8Array[] =>
  peer.received.flatMap((message) => (message.type === "update" ? [message.update] : []));

type Trio = readonly [YWebsocketPeer, YWebsocketPeer, YWebsocketPeer];

/** Clients that have been in the room for longer than any of its intervals. */
export async function settledIn(
  lab: Lab,
  count = 3,
  room = "room",
): Promise<YWebsocketPeer[] & Trio> {
  const peers = Array.from({ length: count }, (_, i) =>
    lab.yWebsocket(room, { clientId: 100 + i }),
  );
  await lab.clock.advance(2_000);
  for (const peer of peers) peer.received = [];
  return peers as YWebsocketPeer[] & Trio;
}
