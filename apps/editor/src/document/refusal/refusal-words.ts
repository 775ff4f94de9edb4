import { CloseCode } from "@homeroom/protocol";
import { words } from "../../words.js";

const BY_CODE: ReadonlyMap<number, { readonly title: string; readonly hint: string }> = new Map([
  [CloseCode.unauthenticated, words.refusal.unauthenticated],
  [CloseCode.forbidden, words.refusal.forbidden],
  [CloseCode.deleted, words.refusal.deleted],
  [CloseCode.tooLarge, words.refusal.tooLarge],
  [CloseCode.limited, words.refusal.limited],
]);

/** What to say of a refusal: of changes (`code` null), or of this page (a close code). */
export function refusalWords(code: number | null): {
  readonly title: string;
  readonly hint: string;
} {
  if (code === null) return words.refusal.changes;
  return BY_CODE.get(code) ?? words.refusal.other;
}
