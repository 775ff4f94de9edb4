import { WebSocket } from "ws";

export interface SocketObserver {
  /** A new connection is being made. */
  connected(): void;
  /** A message that the server counts was sent on it. */
  sent(kind: "update" | "step2"): void;
}

const SYNC = 0;
const STEP2 = 1;
const UPDATE = 2;

/**
 * A WebSocket for a stock provider that tells what the provider sends: the server acknowledges by
 * count, and the provider itself counts nothing.
 */
export function observedSocket(observer: SocketObserver): typeof globalThis.WebSocket {
  class ObservedSocket extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      observer.connected();
    }

    override send(data: Uint8Array): void {
      super.send(data);
      if (data[0] === SYNC && data[1] === STEP2) observer.sent("step2");
      if (data[0] === SYNC && data[1] === UPDATE) observer.sent("update");
    }
  }
  // The provider uses what browsers and `ws` have in common.
  return ObservedSocket as unknown as typeof globalThis.WebSocket;
}
