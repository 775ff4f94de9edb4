import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

/** What a server says to a y-websocket client: one message per frame. */
export type ServerMessage =
  | { readonly type: "step1"; readonly stateVector: Uint8Array }
  | { readonly type: "step2" | "update"; readonly update: Uint8Array }
  | { readonly type: "awareness"; readonly update: Uint8Array }
  | { readonly type: "denied"; readonly reason: string }
  | { readonly type: "queryAwareness" }
  | { readonly type: "settled"; readonly count: number }
  | { readonly type: "refused"; readonly number: number; readonly reason: string }
  | { readonly type: "unknown"; readonly bytes: Uint8Array };

const syncTypes = ["step1", "step2", "update"] as const;

/** Reads what a server said, with lib0 alone: an opinion of its own on the wire. */
export function decodeServerMessage(bytes: Uint8Array): ServerMessage {
  const decoder = decoding.createDecoder(bytes);
  switch (decoding.readVarUint(decoder)) {
    case 0: {
      const type = syncTypes[decoding.readVarUint(decoder)];
      const body = decoding.readVarUint8Array(decoder);
      if (type === undefined) return { type: "unknown", bytes };
      return type === "step1" ? { type, stateVector: body } : { type, update: body };
    }
    case 1:
      return { type: "awareness", update: decoding.readVarUint8Array(decoder) };
    case 2:
      decoding.readVarUint(decoder);
      return { type: "denied", reason: decoding.readVarString(decoder) };
    case 3:
      return { type: "queryAwareness" };
    case 80:
      return { type: "settled", count: decoding.readVarUint(decoder) };
    case 81: {
      const number = decoding.readVarUint(decoder);
      return { type: "refused", number, reason: decoding.readVarString(decoder) };
    }
    default:
      return { type: "unknown", bytes };
  }
}

/** A sync message as a y-websocket client sends it. */
export function syncMessage(type: "step1" | "step2" | "update", body: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, syncTypes.indexOf(type));
    encoding.writeVarUint8Array(encoder, body);
  });
}

export function awarenessMessage(update: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint8Array(encoder, update);
  });
}

/** Any message behind a Hocuspocus address. */
export function addressed(address: string, message: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address);
    encoding.writeUint8Array(encoder, message);
  });
}

/** The auth message of a Hocuspocus client, without its address. */
export function hocuspocusToken(token: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 2);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, token);
  });
}
