/**
 * Frames a binary message as a server does (RFC 6455, 5.2: FIN, opcode 2, no mask), so that one
 * buffer can be written to many sockets. Several messages give several frames in one buffer.
 */
export function frameMessages(messages: readonly Uint8Array[]): Uint8Array {
  let total = 0;
  for (const message of messages) total += headerLength(message.length) + message.length;
  // Node would make a `Buffer` of it for every socket that it is written to, and copy short ones.
  const frames = Buffer.from(new ArrayBuffer(total));
  let offset = 0;
  for (const message of messages) {
    offset = writeHeader(frames, offset, message.length);
    frames.set(message, offset);
    offset += message.length;
  }
  return frames;
}

export function frameMessage(message: Uint8Array): Uint8Array {
  return frameMessages([message]);
}

function headerLength(length: number): number {
  return length < 126 ? 2 : length < 0x10000 ? 4 : 10;
}

const FINAL_BINARY = 0x82;

function writeHeader(target: Uint8Array, offset: number, length: number): number {
  target[offset++] = FINAL_BINARY;
  if (length < 126) {
    target[offset++] = length;
  } else if (length < 0x10000) {
    target[offset++] = 126;
    target[offset++] = length >>> 8;
    target[offset++] = length & 0xff;
  } else {
    target[offset++] = 127;
    const view = new DataView(target.buffer, target.byteOffset);
    view.setBigUint64(offset, BigInt(length));
    offset += 8;
  }
  return offset;
}
