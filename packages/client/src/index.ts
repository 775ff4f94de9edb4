export { type Clock, systemClock, type Timer } from "./clock.js";
export { type ClientErrorCode, HomeroomClientError } from "./errors.js";
export type { HomeroomEvents } from "./events.js";
export { insertedText } from "./inserted-text.js";
export type { HomeroomProviderOptions } from "./options.js";
export { PALETTE, type Person, paletteColor, peopleIn, personFrom } from "./people.js";
export { HomeroomProvider } from "./provider.js";
export type { SaveState, SaveStatus } from "./save/save-status.js";
export type { Token } from "./token/token-source.js";
