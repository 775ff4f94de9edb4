import { Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Receiver } from "ws";
import { frameHead, frameMessage, frameMessages } from "../src/index.js";
import { seeded } from "./support/seeded.js";

// ws has it, and its types do not.
declare module "ws" {
  class Receiver extends Writable {
    constructor(options: { isServer: boolean; binaryType: "nodebuffer" });
  }
}

/** What a browser's end makes of the bytes, which arrive in chunks of any size. */
function receive(bytes: Uint8Array, chunk = bytes.length): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const messages: Buffer[] = [];
    const receiver = new Receiver({ isServer: false, binaryType: "nodebuffer" });
    receiver.on("message", (message: Buffer, isBinary: boolean) => {
      if (isBinary) messages.push(Buffer.from(message));
      else reject(new Error("a text message"));
    });
    receiver.on("error", reject);
    receiver.on("finish", () => resolve(messages));
    for (let at = 0; at < bytes.length; at += chunk) {
      receiver.write(Buffer.from(bytes.subarray(at, at + chunk)));
    }
    receiver.end();
  });
}

const random = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 8)) & 0xff);

describe("frames", () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 5 * 1024 * 1024])(
    "F1: a message of %i bytes is one frame",
    async (length) => {
      const message = random(length);
      const messages = await receive(frameMessage(message));
      expect(messages).toHaveLength(1);
      expect(Buffer.compare(messages[0] as Buffer, Buffer.from(message))).toBe(0);
    },
  );

  it.each([
    [0, "8200"],
    [125, "827d"],
    [126, "827e007e"],
    [65_535, "827effff"],
    [65_536, "827f0000000000010000"],
  ])("F1: the header for %i bytes is the shortest: %s", (length, header) => {
    const frame = Buffer.from(frameMessage(new Uint8Array(length)));
    expect(frame.subarray(0, frame.length - length).toString("hex")).toBe(header);
  });

  it.each([1, 120, 130, 70_000])("F1: a body of %i bytes may follow its head", async (length) => {
    const [head, body] = [random(3), random(length)];
    const messages = await receive(Buffer.concat([frameHead(head, length), body]));
    expect(messages).toEqual([Buffer.concat([head, body])]);
  });

  it("F1: several messages are several frames in one buffer", async () => {
    const lengths = fc.array(fc.oneof(fc.nat(130), fc.integer({ min: 65_530, max: 65_540 })), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1_000, max: 70_000 }), async (each, chunk) => {
        const messages = each.map(random);
        const received = await receive(frameMessages(messages), chunk);
        expect(received.map((bytes) => bytes.toString("latin1"))).toEqual(
          messages.map((bytes) => Buffer.from(bytes).toString("latin1")),
        );
      }),
      { seed: seeded("F1"), numRuns: 50 },
    );
  });

  it("F1: a message may be a piece of a larger buffer", async () => {
    const pool = Buffer.from([1, 2, 3, 4, 5]);
    expect(await receive(frameMessage(pool.subarray(1, 4)))).toEqual([Buffer.from([2, 3, 4])]);
  });
});
