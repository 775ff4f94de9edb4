const MESSAGES = {
  "invalid-room":
    "A room name is 1 to 255 bytes of UTF-8, without control characters, and without an empty, '.' or '..' segment.",
  "no-websocket":
    "There is no global WebSocket here: pass that of the package ws as the option WebSocketPolyfill.",
  "no-token": "The function given as token did not answer in time.",
  "no-room": "This hook needs a HomeroomRoom around its component, or a provider as its argument.",
  refused: "The server refused these changes, and asking again will not help.",
  destroyed: "The provider was destroyed before the changes were saved.",
} as const;

/** Stable; a program may switch on it. */
export type ClientErrorCode = keyof typeof MESSAGES;

/** What goes wrong in this package. `detail` is the part that only this case knows. */
export class HomeroomClientError extends Error {
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${MESSAGES[code]} (${detail})` : MESSAGES[code], options);
    this.name = "HomeroomClientError";
    this.code = code;
  }
}
