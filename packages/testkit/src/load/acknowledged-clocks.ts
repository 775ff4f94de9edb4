import * as decoding from "lib0/decoding";
import * as Y from "yjs";
import type { Writer } from "./writer.js";

/** Clocks of the writer that one sent message makes durable once it is acknowledged. */
interface Covered {
  readonly from: number;
  readonly to: number;
}

/** What the acknowledgements of a connection (`?ack=1`) say of one writer's edits. */
export class AcknowledgedClocks {
  readonly #writer: Writer;
  #sent: Covered[] = [];
  #settled = 0;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** A connection begins, and counts from nought. */
  readonly opened = (): void => {
    this.#sent = [];
    this.#settled = 0;
  };

  /** A frame is about to be sent. */
  readonly sending = (frame: Uint8Array): void => {
    const covered = coverage(frame, this.#writer);
    if (covered !== null) this.#sent.push(covered);
  };

  /** The first `count` messages are durable. @throws Error where that cannot be */
  readonly settled = (count: number): void => {
    if (count > this.#sent.length) {
      throw new Error(`${count} acknowledged, ${this.#sent.length} sent`);
    }
    if (count < this.#settled) {
      throw new Error(`acknowledgements fell from ${this.#settled} to ${count}`);
    }
    for (const { from, to } of this.#sent.slice(this.#settled, count)) {
      this.#writer.settle(from, to);
    }
    this.#settled = count;
  };
}

/**
 * What a frame says of the writer's own edits. A SyncStep2 leaves out what the server said that
 * it has, so it answers for everything up to its end; an update only for itself.
 */
function coverage(frame: Uint8Array, writer: Writer): Covered | null {
  const decoder = decoding.createDecoder(frame);
  if (decoding.readVarUint(decoder) !== 0) return null;
  switch (decoding.readVarUint(decoder)) {
    case 1:
      return { from: 0, to: writer.clock };
    case 2: {
      const { from, to } = Y.parseUpdateMeta(decoding.readVarUint8Array(decoder));
      const own = writer.doc.clientID;
      return { from: from.get(own) ?? 0, to: to.get(own) ?? 0 };
    }
    default:
      return null;
  }
}
