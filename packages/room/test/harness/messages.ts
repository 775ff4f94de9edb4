import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

/** What a server says, in either dialect. */
export type ServerMessage =
  | { readonly type: "step1"; readonly vector: Uint8Array }
  | { readonly type: "step2" | "update"; readonly update: Uint8Array }
  | { readonly type: "awareness"; readonly update: Uint8Array }
  | { readonly type: "settled"; readonly count: number }
  | { readonly type: "refused"; readonly number: number; readonly reason: string }
  | { readonly type: "authenticated"; readonly scope: string }
  | { readonly type: "denied"; readonly reason: string }
  | { readonly type: "status"; readonly ok: boolean }
  | { readonly type: "ended"; readonly reason: string };

/** Reads a message with lib0's own decoder. An `address` stands in front of Hocuspocus messages. */
export function readServerMessage(
  bytes: Uint8Array,
  hocuspocus: boolean,
): {
  address: string | null;
  message: ServerMessage;
} {
  const decoder = decoding.createDecoder(bytes);
  const address = hocuspocus ? decoding.readVarString(decoder) : null;
  const message = read(decoder, hocuspocus);
  if (decoding.hasContent(decoder)) throw new Error("a message with something after its end");
  return { address, message };
}

function read(decoder: decoding.Decoder, hocuspocus: boolean): ServerMessage {
  const type = decoding.readVarUint(decoder);
  if (type === 0) {
    const kind = decoding.readVarUint(decoder);
    const body = decoding.readVarUint8Array(decoder);
    if (kind === 0) return { type: "step1", vector: body };
    return { type: kind === 1 ? "step2" : "update", update: body };
  }
  if (type === 1) return { type: "awareness", update: decoding.readVarUint8Array(decoder) };
  if (hocuspocus) {
    if (type === 2) {
      const answer = decoding.readVarUint(decoder);
      const text = decoding.readVarString(decoder);
      return answer === 2
        ? { type: "authenticated", scope: text }
        : { type: "denied", reason: text };
    }
    if (type === 7) return { type: "ended", reason: decoding.readVarString(decoder) };
    if (type === 8) return { type: "status", ok: decoding.readVarUint(decoder) === 1 };
  } else {
    if (type === 80) return { type: "settled", count: decoding.readVarUint(decoder) };
    if (type === 81) {
      const number = decoding.readVarUint(decoder);
      return { type: "refused", number, reason: decoding.readVarString(decoder) };
    }
  }
  throw new Error(`an unknown message of type ${type}`);
}

/** What a client says; the address, if any, goes in front. */
export const clientMessage = {
  step1: (vector: Uint8Array): Uint8Array => sync(0, vector),
  step2: (update: Uint8Array): Uint8Array => sync(1, update),
  update: (update: Uint8Array): Uint8Array => sync(2, update),
  awareness: (update: Uint8Array): Uint8Array =>
    write((encoder) => {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarUint8Array(encoder, update);
    }),
  queryAwareness: (): Uint8Array => Uint8Array.of(3),
  auth: (token: string): Uint8Array =>
    write((encoder) => {
      encoding.writeVarUint(encoder, 2);
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, token);
    }),
  close: (): Uint8Array => Uint8Array.of(7),
};

export function addressed(address: string, message: Uint8Array): Uint8Array {
  return write((encoder) => {
    encoding.writeVarString(encoder, address);
    encoding.writeUint8Array(encoder, message);
  });
}

function sync(kind: number, body: Uint8Array): Uint8Array {
  return write((encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, body);
  });
}

function write(body: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  body(encoder);
  return encoding.toUint8Array(encoder);
}
