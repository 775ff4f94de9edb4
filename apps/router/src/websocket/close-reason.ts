import { WireLimits } from "@homeroom/protocol";

/** Cuts a close reason to what fits in a close frame, between two characters. */
export function cutReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= WireLimits.closeReasonBytes) return reason;
  let end: number = WireLimits.closeReasonBytes;
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.toString("utf8", 0, end);
}

const isContinuation = (byte: number | undefined): boolean => ((byte ?? 0) & 0xc0) === 0x80;
