import {
  CloseCode,
  isEmptyScan,
  MalformedError,
  reach,
  type Steps,
  scanning,
  scanUpdate,
  type UpdateScan,
} from "@homeroom/protocol";
import type { Refusal, UpdateKind } from "../homes.js";
import type { RoomLimits } from "../limits.js";
import type { Clock, Meter, RefusalReason, Timer } from "../ports.js";
import type { RoomDocument } from "./document.js";
import type { Applied } from "./live-document.js";
import type { Arrival, Member, Submission } from "./member.js";
import type { Settlement } from "./settlement.js";

/** What merging needs of its room. */
export interface MergingRoom {
  /** Null while the room is loading. */
  readonly document: RoomDocument | null;
  /** Whether so much waits for the store that no more may be accepted. */
  readonly backlogged: boolean;
  /** Whether what comes has to wait for now. */
  readonly frozen: boolean;
  /** Journals and broadcasts what an edit changed. */
  publish(emitted: Uint8Array, from: Member | null): void;
  /** The journal position of the last publication. */
  readonly position: number;
  /** Makes the document again what it was before an update broke it. */
  restore(): void;
  /** Builds the `Y.Doc`. @returns false where the bytes do not make one, which ends the room */
  waking(): Steps<boolean>;
  ask(member: Member): void;
  expel(member: Member, code: CloseCode, reason: string, why: RefusalReason): void;
}

/**
 * Takes updates in, and applies those that arrive together in one transaction: at once in a quiet
 * room, at most every few milliseconds in a busy one. A batch is applied, journaled, broadcast
 * and then forgotten, all in one turn, so that a session is never told of an edit that the
 * journal has not got.
 */
export class Merger {
  readonly #room: MergingRoom;
  readonly #settlement: Settlement;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #limits: RoomLimits;
  /**
   * Sessions of which updates were left out, because they build on edits that the room lacks; and how
   * far the document has to reach to have them.
   */
  readonly #incomplete = new Map<Member, Map<number, number>>();
  /** In batches; what is long waits by itself, and has not been read yet. */
  #pending: (Submission[] | Arrival)[] = [];
  #pendingBytes = 0;
  /** A batch that threw, to be applied one by one to find out whose update it was. */
  #suspects: Submission[] = [];
  /** What is being merged, where it takes more than one turn. */
  #work: Steps<void> | null = null;
  #scheduled: Timer | "soon" | null = null;
  #mergedAt = Number.NEGATIVE_INFINITY;
  #applying = false;
  #closed = false;

  constructor(options: {
    room: MergingRoom;
    settlement: Settlement;
    clock: Clock;
    meter: Meter;
    limits: RoomLimits;
  }) {
    this.#room = options.room;
    this.#settlement = options.settlement;
    this.#clock = options.clock;
    this.#meter = options.meter;
    this.#limits = options.limits;
  }

  /** Whether updates wait to be applied. */
  get busy(): boolean {
    return this.#work !== null || this.#pending.length > 0 || this.#suspects.length > 0;
  }

  /** Whether something is being merged: what is long, a part in each turn. */
  get merging(): boolean {
    return this.#work !== null;
  }

  submit(member: Member, number: number, kind: UpdateKind, bytes: Uint8Array): void {
    if (member.banned || this.#closed) return;
    if (kind === "step2") member.greeted = false;
    this.#meter.updateReceived(bytes.length);
    if ((member.acknowledgements?.behindGap ?? 0) >= this.#limits.maxMissing) {
      this.#expelMissing(member);
      return;
    }
    try {
      const at = this.#clock.monotonic();
      const full = this.#room.backlogged || this.#pendingBytes >= this.#limits.maxPendingBytes;
      if (!full && bytes.length > this.#limits.longBytes) {
        this.#pending.push({ member, number, kind, bytes, at });
      } else {
        const scan = scanUpdate(bytes);
        if (full && !this.#isKnown(kind, bytes, scan)) {
          this.#room.expel(member, CloseCode.overloaded, "too many edits are waiting", "backlog");
          return;
        }
        // Not a copy of something with one more field: V8 makes a new kind of object for each.
        this.#enqueue({ member, number, kind, bytes, at, scan });
      }
      this.#pendingBytes += bytes.length;
      this.schedule();
    } catch (error) {
      this.#expelMalformed(member, error);
    }
  }

  leave(member: Member): void {
    this.#incomplete.delete(member);
  }

  #enqueue(submission: Submission): void {
    const last = this.#pending.at(-1);
    if (Array.isArray(last) && last.length < MAX_BATCH) last.push(submission);
    else this.#pending.push([submission]);
  }

  /** Plans the next merge; called again when the document has become available, or has thawed. */
  schedule(): void {
    if (this.#scheduled || !this.busy || this.#room.frozen) return;
    const wait = this.#mergedAt + this.#limits.flushIntervalMs - this.#clock.monotonic();
    const behind = this.#work || this.#suspects.length > 0 || this.#pending.length > 1;
    if (wait > 0 && !behind) {
      this.#scheduled = this.#clock.after(wait, () => this.#turn());
    } else {
      this.#scheduled = "soon";
      this.#clock.soon(() => this.#turn());
    }
  }

  /**
   * Applies all that waits, now. Not where applying asks for it, by way of a snapshot: what waits
   * would be accounted for before what is being applied, and acknowledgements would lose their order.
   */
  merge(): void {
    if (this.#applying) return;
    do this.#turn();
    while (this.busy && this.#room.document && !this.#room.frozen);
  }

  /** Goes on with what waits: other rooms have their turn in between. */
  #turn(): void {
    this.#unschedule();
    const { document } = this.#room;
    if (!document || !this.busy || this.#room.frozen) return;
    this.#mergedAt = this.#clock.monotonic();
    this.#work ??= this.#next(document);
    this.#applying = true;
    try {
      if (this.#work.next().done) this.#work = null;
    } finally {
      this.#applying = false;
    }
    this.schedule();
  }

  /** Applies one of the suspects, or what waits together. */
  *#next(document: RoomDocument): Steps<void> {
    const suspect = this.#suspects.shift();
    if (suspect) {
      if (!(yield* this.#apply(document, [suspect]))) this.#convict(suspect);
      return;
    }
    const next = this.#pending.shift() ?? [];
    const batch = Array.isArray(next) ? next : yield* this.#read(next);
    if (!(yield* this.#apply(document, batch))) {
      this.#room.restore();
      this.#suspects = batch;
    }
    for (const { bytes } of batch) this.#pendingBytes -= bytes.length;
  }

  /** Reads what is long. @returns nothing where it is malformed, which ends its sender */
  *#read(arrival: Arrival): Steps<Submission[]> {
    try {
      return [{ ...arrival, scan: yield* scanning(arrival.bytes) }];
    } catch (error) {
      this.#pendingBytes -= arrival.bytes.length;
      this.#expelMalformed(arrival.member, error);
      return [];
    }
  }

  /**
   * Asks for what the room lacks, again only after a growing while and when something has
   * changed: a client that lacks it itself, or whose answer is too large to be taken, would
   * otherwise answer for ever. Nor is it asked what it was asked on joining and has yet to answer.
   */
  askForMissing(): void {
    const now = this.#clock.monotonic();
    const { position } = this.#room;
    for (const member of this.#incomplete.keys()) {
      const { asked, greeted } = member;
      if (greeted || asked?.position === position) continue;
      const wait = asked ? this.#limits.askAgainMs * 2 ** Math.min(asked.times - 1, 6) : 0;
      if (!asked || now - asked.at >= wait) this.#room.ask(member);
    }
  }

  /** Nothing is applied any more: what waits is dropped, and so is what comes. */
  close(): void {
    this.#closed = true;
    this.#unschedule();
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#suspects = [];
    this.#work = null;
  }

  #unschedule(): void {
    if (this.#scheduled && this.#scheduled !== "soon") this.#scheduled.cancel();
    this.#scheduled = null;
  }

  /** @returns false where applying threw, after which the document must not be used any more */
  *#apply(document: RoomDocument, batch: readonly Submission[]): Steps<boolean> {
    const judged = this.#judge(document, batch);
    const writes = judged.filter(({ verdict }) => verdict === "write").map((each) => each.update);
    let complete: readonly boolean[] = [];
    if (writes.length > 0) {
      if (!(yield* this.#room.waking())) return true;
      const timeoutMs = this.#timeout(writes);
      const sender = onlySender(writes);
      const started = this.#clock.monotonic();
      let applied: Applied;
      try {
        const [first] = writes;
        const isLong = first && first.bytes.length > this.#limits.longBytes;
        applied = isLong
          ? yield* document.applying(first, timeoutMs, this.#clock)
          : document.apply(writes, timeoutMs);
      } catch {
        return false;
      }
      this.#meter.applied(writes.length, this.#clock.monotonic() - started);
      complete = applied.complete;
      for (const [nth, update] of applied.emitted.entries()) {
        this.#room.publish(update, nth === 0 ? sender : null);
      }
    }
    const { position } = this.#room;
    let write = 0;
    for (const { update, verdict } of judged) {
      if (verdict === "write" && complete[write++] !== true) this.#leftOut(update);
      else if (verdict === "write" || verdict === "known") this.#taken(document, update, position);
      else this.#refuse(update, verdict);
    }
    this.askForMissing();
    return true;
  }

  #expelMalformed(member: Member, error: unknown): void {
    if (!(error instanceof MalformedError)) throw error;
    this.#room.expel(member, CloseCode.malformed, error.message, "malformed");
  }

  #judge(document: RoomDocument, batch: readonly Submission[]): Judged[] {
    const judged: Judged[] = [];
    const roots = new Set<string>();
    let bytes = 0;
    for (const update of batch) {
      if (update.member.banned) continue;
      const weight = bytes + weigh(update);
      const verdict = this.#verdict(document, update, weight, roots);
      if (verdict === "write") bytes = weight;
      judged.push({ update, verdict });
    }
    return judged;
  }

  #timeout(batch: readonly Submission[]): number {
    let bytes = 0;
    for (const update of batch) bytes += update.bytes.length;
    return this.#limits.applyTimeoutMs + bytes / 1_000;
  }

  /** @param roots those that the batch adds, so far; added to */
  #verdict(
    document: RoomDocument,
    submission: Submission,
    batchBytes: number,
    roots: Set<string>,
  ): Verdict {
    const { member, kind, bytes, scan } = submission;
    const mayWrite = member.access === "write";
    // A `Y.Doc` tells for itself what it knows; where there is none, none is built to find out. Nor
    // is one kept for the empty update that everybody who joins sends.
    const tells = mayWrite && document.live;
    if (tells ? isEmptyScan(scan) : this.#isKnown(kind, bytes, scan)) return "known";
    if (!mayWrite) return mayBeTidying(submission) ? "known" : READ_ONLY;
    // Deleting is what makes room, so it is never refused.
    const { maxDocumentBytes } = this.#limits;
    const grows = scan.sections.length > 0;
    if (grows && document.bytes + batchBytes > maxDocumentBytes) {
      // What is known of the size is an upper estimate: look before refusing.
      if (document.encode().length + batchBytes > maxDocumentBytes) return TOO_LARGE;
    }
    return this.#admitsRoots(document, scan, roots) ? "write" : TOO_MANY_ROOTS;
  }

  #admitsRoots(document: RoomDocument, scan: UpdateScan, batch: Set<string>): boolean {
    const added = [...scan.roots].filter((root) => !document.roots.has(root) && !batch.has(root));
    if (added.length === 0) return true;
    if (document.roots.size + batch.size + added.length > this.#limits.maxRoots) return false;
    for (const root of added) batch.add(root);
    return true;
  }

  /**
   * Whether an update is empty, or repeats what is here: answers to a SyncStep1 do so, and deletes,
   * because Yjs makes the same ones in every client where it tidies up marks.
   */
  #isKnown(kind: UpdateKind, bytes: Uint8Array, scan: UpdateScan): boolean {
    if (isEmptyScan(scan)) return true;
    const { document } = this.#room;
    const mayRepeat = kind === "step2" || scan.sections.length === 0;
    return mayRepeat && document !== null && !document.lacks(bytes, scan);
  }

  #taken(document: RoomDocument, { member, number, kind, at }: Submission, position: number): void {
    const missing = this.#incomplete.get(member);
    // An answer that does not bring what was left out has settled nothing.
    if (missing && kind === "step2" && document.reaches(missing)) {
      this.#incomplete.delete(member);
      if (member.asked) member.asked = { ...member.asked, times: 1 };
      this.#settlement.resent(member, position);
    }
    this.#settlement.expect(member, number, position, at);
  }

  #leftOut({ member, number, at, bytes, scan }: Submission): void {
    this.#settlement.expectResent(member, number, at);
    if (member.gone) return;
    const missing = this.#incomplete.get(member) ?? new Map<number, number>();
    reach(missing, bytes, scan);
    this.#incomplete.set(member, missing);
    if (missing.size > this.#limits.maxMissing) this.#expelMissing(member);
  }

  #expelMissing(member: Member): void {
    this.#room.expel(
      member,
      CloseCode.overloaded,
      "too many edits build on missing ones",
      "backlog",
    );
  }

  #refuse({ member, number, kind, at }: Submission, refusal: Refusal): void {
    this.#meter.refused(refusal === READ_ONLY ? "read-only" : "too-large");
    if (!member.gone) member.audience.refused(member.session, number, kind, refusal);
    this.#settlement.expect(member, number, 0, at);
  }

  /** On its own, and on a document built anew, it broke it again. */
  #convict({ member }: Submission): void {
    this.#room.restore();
    member.banned = true;
    this.#room.expel(member, CloseCode.malformed, "update does not apply", "poison");
  }
}

/**
 * Updates in one transaction. Yjs tidies up at its end, and until then each of them makes the next
 * one slower: of a long document typed at full speed, an update costs 2.6 µs in batches of 350,
 * 4.2 in batches of 4,000, and more and more beyond.
 */
const MAX_BATCH = 512;

type Verdict = "write" | "known" | Refusal;

interface Judged {
  readonly update: Submission;
  readonly verdict: Verdict;
}

const READ_ONLY: Refusal = { code: CloseCode.forbidden, reason: "read-only" };
const TOO_LARGE: Refusal = { code: CloseCode.tooLarge, reason: "document too large" };
const TOO_MANY_ROOTS: Refusal = { code: CloseCode.tooLarge, reason: "too many root types" };

/**
 * What an update may come to in memory while it is applied, in bytes: minimal shared types take
 * some 130 bytes for each byte of the update, subdocuments 340 (measured on Yjs 13.6.33).
 */
const weigh = ({ bytes, scan }: Submission): number =>
  bytes.length + 64 * scan.types + 192 * scan.subdocuments;

/**
 * Whether a reader may have made an update by reading: deletes alone, which Yjs makes by itself. It
 * is ignored where the reader cannot be told so, and would be closed for what it did not do.
 */
const mayBeTidying = ({ member, scan }: Submission): boolean =>
  scan.sections.length === 0 && member.acknowledgements === null;

/** Whoever wrote all of it needs not be sent it back. */
function onlySender(batch: readonly Submission[]): Member | null {
  const first = batch[0]?.member ?? null;
  return batch.every(({ member }) => member === first) ? first : null;
}
