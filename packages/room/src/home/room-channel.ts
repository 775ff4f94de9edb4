import type { Access, Audience, HomeChannel, SessionId, UpdateKind } from "../homes.js";
import type { Sessions } from "./sessions.js";

/** What one audience says to a room. One object, for there is one for each idle room too. */
export class RoomChannel implements HomeChannel {
  readonly #sessions: Sessions;
  readonly #audience: Audience;

  constructor(sessions: Sessions, audience: Audience) {
    this.#sessions = sessions;
    this.#audience = audience;
  }

  join(session: SessionId, access: Access, acknowledged: boolean): void {
    this.#sessions.join(this.#audience, session, access, acknowledged);
  }

  syncStep1(session: SessionId, stateVector: Uint8Array): void {
    this.#sessions.syncStep1(this.#audience, session, stateVector);
  }

  update(session: SessionId, number: number, kind: UpdateKind, update: Uint8Array): void {
    this.#sessions.update(this.#audience, session, number, kind, update);
  }

  awareness(session: SessionId, update: Uint8Array): void {
    this.#sessions.awareness(this.#audience, session, update);
  }

  queryAwareness(session: SessionId): void {
    this.#sessions.queryAwareness(this.#audience, session);
  }

  leave(session: SessionId): void {
    this.#sessions.leave(this.#audience, session);
  }

  resume(upTo: Uint8Array | null): void {
    this.#sessions.resume(this.#audience, upTo);
  }

  unsubscribe(): void {
    this.#sessions.unsubscribe(this.#audience);
  }
}
