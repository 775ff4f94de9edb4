import { CloseCode } from "@homeroom/protocol";
import type { Words } from "../../words/words.js";

const BY_CODE: ReadonlyMap<
  number,
  "unauthenticated" | "forbidden" | "deleted" | "tooLarge" | "limited"
> = new Map([
  [CloseCode.unauthenticated, "unauthenticated"],
  [CloseCode.forbidden, "forbidden"],
  [CloseCode.deleted, "deleted"],
  [CloseCode.tooLarge, "tooLarge"],
  [CloseCode.limited, "limited"],
]);

/** What to say of a refusal: of changes (`code` null), or of this page (a close code). */
export function refusalWords(
  { refusal }: Words,
  code: number | null,
): { readonly title: string; readonly hint: string } {
  return code === null ? refusal.changes : refusal[BY_CODE.get(code) ?? "other"];
}
