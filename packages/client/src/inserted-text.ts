import { ContentString, decodeUpdate, Item } from "yjs";

/**
 * The text that a Yjs update inserts, in the order in which it was written: what somebody wants
 * back from changes that a server refused.
 * @param update V1, such as `unsavedUpdate` of a provider
 */
export function insertedText(update: Uint8Array): string {
  return decodeUpdate(update)
    .structs.map((struct) =>
      struct instanceof Item && struct.content instanceof ContentString ? struct.content.str : "",
    )
    .join("");
}
