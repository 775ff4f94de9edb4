import { CloseCode } from "@homeroom/protocol";
import { WebSocket } from "ws";

/**
 * ws closes by itself on frames that break RFC 6455 or its limits, with codes on which stock
 * clients reconnect and send the same again, for ever. These are the codes that stop them.
 */
const STOPPING = new Map<number | undefined, readonly [CloseCode, string]>([
  [1002, [CloseCode.malformed, "the frame breaks the WebSocket protocol"]],
  [1007, [CloseCode.malformed, "the frame is not valid UTF-8"]],
  [1008, [CloseCode.malformed, "the message comes in too many pieces"]],
  [1009, [CloseCode.tooLarge, "the message is over this server's limit"]],
]);

/** A server's socket whose every close code is Homeroom's own. */
export class StrictWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    const stopping = STOPPING.get(code);
    if (stopping === undefined) super.close(code, reason);
    else super.close(...stopping);
  }
}
