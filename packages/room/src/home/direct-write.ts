import { type CloseCode, CloseCode as Code, type RoomName } from "@homeroom/protocol";
import type { Audience, Homes, Refusal, SyncKind, UpdateKind } from "../homes.js";
import type { Clock } from "../ports.js";
import { ServiceError } from "../service.js";

const SESSION = 1;

/**
 * Writes one update to a room as if a session had sent it, so that it is checked, merged and
 * broadcast like any other.
 * @returns once it is durable
 * @throws ServiceError `UPDATE_REFUSED`, `UPDATE_GAP`, `TOO_LARGE`, `ROOM_DAMAGED`, `UNAVAILABLE`
 */
export async function writeDirectly(
  homes: Homes,
  room: RoomName,
  update: Uint8Array,
  options: { clock: Clock; timeoutMs: number },
): Promise<void> {
  const { clock, timeoutMs } = options;
  await new Promise<void>((resolve, reject) => {
    const finish = (error?: ServiceError): void => {
      deadline.cancel();
      // The audience may be called while it is still subscribing.
      clock.soon(() => channel.unsubscribe());
      if (error) reject(error);
      else resolve();
    };
    const deadline = clock.after(timeoutMs, () =>
      finish(new ServiceError("UNAVAILABLE", "the edit is not durable yet; it may become so")),
    );
    const audience: Audience = {
      opened() {},
      broadcastUpdate() {},
      broadcastAwareness() {},
      awareness() {},
      probe() {},
      sync(_session: number, kind: SyncKind) {
        if (kind === "step1") {
          finish(new ServiceError("UPDATE_GAP", "the update builds on edits that are not here"));
        }
      },
      settled: () => finish(),
      refused: (_session: number, _number: number, _kind: UpdateKind, why: Refusal) =>
        finish(toServiceError(why.code, why.reason)),
      close: (_session: unknown, code: CloseCode, reason: string) =>
        finish(toServiceError(code, reason)),
      moved: () => finish(new ServiceError("UNAVAILABLE", "the room is moving; try again")),
    };
    const channel = homes.subscribe(room, audience);
    channel.join(SESSION, "write", true);
    channel.update(SESSION, 1, "update", update);
  });
}

function toServiceError(code: CloseCode, reason: string): ServiceError {
  switch (code) {
    case Code.tooLarge:
      return new ServiceError("TOO_LARGE", reason);
    case Code.internal:
      return new ServiceError("ROOM_DAMAGED", reason);
    case Code.malformed:
      return new ServiceError("UPDATE_REFUSED", reason);
    case Code.deleted:
      return new ServiceError("CONFLICT", reason);
    default:
      return new ServiceError("UNAVAILABLE", reason);
  }
}
