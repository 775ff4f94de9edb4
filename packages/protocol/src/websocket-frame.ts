/**
 * Frames a binary message as a server does (RFC 6455, 5.2: FIN, opcode 2, no mask), so that one
 * buffer can be written to many sockets.
 * @param parts what the message consists of: a large body needs no copy of its own
 */
export function frameMessage(...parts: readonly Uint8Array[]): Uint8Array {
  return frame([parts]);
}

/** Several messages, a frame each, in one buffer. */
export function frameMessages(messages: readonly Uint8Array[]): Uint8Array {
  return frame(messages.map((message) => [message]));
}

/** What stands before the last `bodyLength` bytes of a message in its frame. `head`: the others. */
export function frameHead(head: Uint8Array, bodyLength: number): Uint8Array {
  const length = head.length + bodyLength;
  const bytes = Buffer.from(new ArrayBuffer(headerLength(length) + head.length));
  bytes.set(head, writeHeader(bytes, 0, length));
  return bytes;
}

function frame(messages: readonly (readonly Uint8Array[])[]): Uint8Array {
  let total = 0;
  for (const parts of messages) {
    const length = lengthOf(parts);
    total += headerLength(length) + length;
  }
  // Node would make a `Buffer` of it for every socket that it is written to, and copy short ones.
  const frames = Buffer.from(new ArrayBuffer(total));
  let offset = 0;
  for (const parts of messages) {
    offset = writeHeader(frames, offset, lengthOf(parts));
    for (const part of parts) {
      frames.set(part, offset);
      offset += part.length;
    }
  }
  return frames;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
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
