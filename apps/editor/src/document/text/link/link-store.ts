import { Value } from "../../../shared/value.js";

/** Whether the dialog for links is open. */
export const linkStore: Value<boolean> = new Value(false);
