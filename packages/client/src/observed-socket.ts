import { MessageType } from "@homeroom/protocol";

/** What y-websocket uses of a WebSocket; the browser's and that of `ws` are both one. */
export interface SocketLike {
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export type SocketConstructor = new (url: string, protocols?: string[]) => SocketLike;

/** The sync messages that a server acknowledges. */
export type CountedMessage = "step2" | "update";

/**
 * A WebSocket class that reports every counted message just before it is sent. y-websocket sends
 * from several places (edits, answers to the server, resync), and all of them end here, so no
 * message can be missed or counted twice.
 */
export function observeSends(
  Base: SocketConstructor,
  onSend: (message: CountedMessage) => void,
): SocketConstructor {
  return class ObservedWebSocket extends Base {
    override send(data: Uint8Array<ArrayBuffer>): void {
      const message = countedMessage(data);
      if (message !== null) onSend(message);
      super.send(data);
    }
  };
}

const COUNTED: readonly (CountedMessage | null)[] = [null, "step2", "update"];

/** Both types are below 128, so each is one byte of varint. */
function countedMessage(data: Uint8Array): CountedMessage | null {
  if (data[0] !== MessageType.sync) return null;
  return COUNTED[data[1] ?? 0] ?? null;
}
