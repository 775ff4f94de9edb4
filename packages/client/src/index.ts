export { type Clock, systemClock, type Timer } from "./clock.js";
export { type ClientErrorCode, HomeroomClientError } from "./errors.js";
export { insertedText } from "./inserted-text.js";
export { PALETTE, type Person, paletteColor, peopleIn, personFrom } from "./people.js";
export { type HomeroomEvents, HomeroomProvider, type HomeroomProviderOptions } from "./provider.js";
export type { SaveState, SaveStatus } from "./save/save-status.js";
export type { Token } from "./token/token-source.js";
