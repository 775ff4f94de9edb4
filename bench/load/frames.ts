const BINARY = 0x82;
const MASKED = 0x80;

/**
 * A client's WebSocket frame. It is masked with zeros, which changes nothing, so that it can be
 * built before the measurement; the server unmasks it like any other.
 */
export function clientFrame(payload: Uint8Array, opcode: number = BINARY): Buffer {
  const { length } = payload;
  const sized = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + sized + 4 + length);
  frame[0] = opcode;
  frame[1] = MASKED | (sized === 0 ? length : sized === 2 ? 126 : 127);
  if (sized === 2) frame.writeUInt16BE(length, 2);
  if (sized === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(payload, 2 + sized + 4);
  return frame;
}

const PING = 0x9;
const CLOSE = 0x8;
const PONG_FRAME = 0x8a;

/** What a server's frames say to a client. `start` and `end` bound the payload in `bytes`. */
export interface FrameHandler {
  message(bytes: Buffer, start: number, end: number): void;
  /** A frame with this answer is owed. */
  pong(frame: Buffer): void;
  close(code: number): void;
}

/**
 * Reads the complete frames at the start of `bytes`.
 * @returns how far they reach
 */
export function readFrames(bytes: Buffer, length: number, handler: FrameHandler): number {
  let at = 0;
  while (at + 2 <= length) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    let size = (bytes[at + 1] ?? 0) & 0x7f;
    let start = at + 2;
    if (size === 126) {
      if (start + 2 > length) break;
      size = bytes.readUInt16BE(start);
      start += 2;
    } else if (size === 127) {
      if (start + 8 > length) break;
      size = Number(bytes.readBigUInt64BE(start));
      start += 8;
    }
    const end = start + size;
    if (end > length) break;
    if (opcode === PING) handler.pong(clientFrame(bytes.subarray(start, end), PONG_FRAME));
    else if (opcode === CLOSE) handler.close(size >= 2 ? bytes.readUInt16BE(start) : 1005);
    else handler.message(bytes, start, end);
    at = end;
  }
  return at;
}
