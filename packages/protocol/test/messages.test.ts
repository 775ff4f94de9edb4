import fc from "fast-check";
import { createDecoder, readVarString, readVarUint } from "lib0/decoding";
import { createEncoder, toUint8Array, writeVarUint } from "lib0/encoding";
import { describe, expect, it } from "vitest";
import { writeSyncStep1, writeSyncStep2, writeUpdate } from "y-protocols/sync";
import * as Y from "yjs";
import {
  type ClientMessage,
  type Dialect,
  decodeClientMessage,
  detectDialect,
  EMPTY_AWARENESS,
  encodeAwarenessMessage,
  encodeClose,
  encodeRefused,
  encodeSettled,
  encodeSync,
  encodeSyncStatus,
  MalformedError,
  parseAddress,
  Reader,
  readAddressBytes,
} from "../src/index.js";
import { anyText } from "./support/characters.js";
import { sized, text, varUint } from "./support/craft.js";
import { seeded } from "./support/seeded.js";

const message = (...bytes: (number | number[])[]): Uint8Array => Uint8Array.from(bytes.flat());

const decode = (bytes: Uint8Array, dialect: Dialect): ClientMessage =>
  decodeClientMessage(new Reader(bytes), dialect);

const DIALECTS = ["y-websocket", "hocuspocus"] as const;

describe.each(DIALECTS)("messages of %s", (dialect) => {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "hello");
  const update = Y.encodeStateAsUpdate(doc);

  const sync = (write: (encoder: ReturnType<typeof createEncoder>) => void): ClientMessage => {
    const encoder = createEncoder();
    writeVarUint(encoder, 0);
    write(encoder);
    return decode(toUint8Array(encoder), dialect);
  };

  it("P3: what y-protocols writes is read", () => {
    expect(sync((encoder) => writeSyncStep1(encoder, doc))).toEqual({
      type: "step1",
      stateVector: Y.encodeStateVector(doc),
    });
    expect(sync((encoder) => writeSyncStep2(encoder, doc))).toEqual({ type: "step2", update });
    expect(sync((encoder) => writeUpdate(encoder, update))).toEqual({ type: "update", update });
  });

  it("P3: what we write of sync is what y-protocols writes", () => {
    const theirs = createEncoder();
    writeVarUint(theirs, 0);
    writeSyncStep1(theirs, doc);
    expect(encodeSync("step1", Y.encodeStateVector(doc))).toEqual(toUint8Array(theirs));
    for (const kind of ["step1", "step2", "update"] as const) {
      const back = decode(encodeSync(kind, update), dialect);
      expect(back).toEqual(
        kind === "step1" ? { type: kind, stateVector: update } : { type: kind, update },
      );
    }
  });

  it("P3: awareness and its query are read", () => {
    const awareness = message(1, sized([1, 5, 0, ...text("{}")]));
    expect(decode(awareness, dialect)).toEqual({
      type: "awareness",
      update: message(1, 5, 0, text("{}")),
    });
    expect(decode(message(3), dialect)).toEqual({ type: "queryAwareness" });
    expect(encodeAwarenessMessage(EMPTY_AWARENESS)).toEqual(message(1, 1, 0));
  });

  it.each([
    ["no type", message()],
    ["sync without a kind", message(0)],
    ["sync without a body", message(0, 0)],
    ["a body shorter than promised", message(0, 2, 3, 0, 0)],
    ["bytes after sync", message(0, 2, 2, 0, 0, 0)],
    ["an overlong kind", message(0, 0x82, 0, 2, 0, 0)],
    ["bytes after awareness", message(1, 1, 0, 0)],
    ["bytes after a query", message(3, 0)],
  ])("P1: %s is malformed", (_, bytes) => {
    expect(() => decode(bytes, dialect)).toThrow(MalformedError);
  });

  it("P4: unknown message types are malformed", () => {
    const known = dialect === "hocuspocus" ? [0, 1, 2, 3, 5, 7] : [0, 1, 3];
    for (let type = 0; type < 300; type++) {
      if (known.includes(type)) continue;
      const bytes = message(varUint(type), 1, 0);
      expect(() => decode(bytes, dialect)).toThrow(`unknown message type ${type}`);
    }
    for (let kind = 3; kind < 300; kind++) {
      const bytes = message(0, varUint(kind), sized([0, 0]));
      expect(() => decode(bytes, dialect)).toThrow(`unknown sync message ${kind}`);
    }
  });
});

describe("messages of hocuspocus alone", () => {
  it("P3: a token is read, with and without the version of the client's package", () => {
    const token = { type: "auth", token: "ey.jö" };
    expect(decode(message(2, 0, text("ey.jö")), "hocuspocus")).toEqual(token);
    expect(decode(message(2, 0, text("ey.jö"), text("4.8.0")), "hocuspocus")).toEqual(token);
    expect(decode(message(2, 0, 0), "hocuspocus")).toEqual({ type: "auth", token: "" });
    expect(() => decode(message(2, 1, text("no")), "hocuspocus")).toThrow("unknown auth message");
  });

  it("P3: stateless messages are read over, and closing is read", () => {
    expect(decode(message(5, text("anything")), "hocuspocus")).toEqual({ type: "stateless" });
    expect(decode(message(5, 0), "hocuspocus")).toEqual({ type: "stateless" });
    expect(decode(message(7), "hocuspocus")).toEqual({ type: "close" });
    expect(() => decode(message(7, 0), "hocuspocus")).toThrow(MalformedError);
  });

  it.each([
    ["notes", "notes"],
    ["a/b é 🎉", "a/b é 🎉"],
    ["notes\0k3j2h", "notes"],
    ["\0", ""],
    ["\ufeffbom", "\ufeffbom"],
    ["constructor\0__proto__\0x", "constructor"],
  ])("P3: the address %j names a room and is answered with the identical bytes", (name, room) => {
    const bytes = message(text(name), 3);
    const address = parseAddress(readAddressBytes(new Reader(bytes)));
    expect(address.room).toBe(room);
    expect(address.prefix).toEqual(message(text(name)));
    expect(encodeSyncStatus(address.prefix, true)).toEqual(message(text(name), 8, 1));
    expect(encodeSyncStatus(address.prefix, false)).toEqual(message(text(name), 8, 0));
    expect(encodeClose(address.prefix, "why")).toEqual(message(text(name), 7, text("why")));
  });

  it("P3: any address is answered with the identical bytes", () => {
    const names = anyText(60).filter((name) => name !== "");
    fc.assert(
      fc.property(names, (name) => {
        const bytes = Buffer.from([0, 0, ...text(name), 3]).subarray(2);
        const reader = new Reader(bytes);
        const { prefix, room } = parseAddress(readAddressBytes(reader));
        expect([...prefix]).toEqual(text(name));
        expect(room).toBe(name.split("\0", 1)[0]);
        expect(decodeClientMessage(reader, "hocuspocus")).toEqual({ type: "queryAwareness" });
      }),
      { seed: seeded("P3 addresses") },
    );
  });

  it("P2: an address is not empty, not endless, and UTF-8", () => {
    const read = (...bytes: (number | number[])[]) =>
      parseAddress(readAddressBytes(new Reader(message(...bytes))));
    expect(() => read(0, 0)).toThrow("empty room name");
    expect(() => read(text("x".repeat(1_025)))).toThrow("room name too long");
    expect(read(text("x".repeat(1_024))).room).toHaveLength(1_024);
    expect(() => read(varUint(2 ** 40))).toThrow("room name too long");
    expect(() => read(2, 0x61, 0xff)).toThrow("text is not UTF-8");
  });
});

describe("acknowledgements of y-websocket", () => {
  it("P3: counts and refusals are as documented", () => {
    const settled = createDecoder(encodeSettled(300));
    expect([readVarUint(settled), readVarUint(settled)]).toEqual([80, 300]);
    const refused = createDecoder(encodeRefused(7, "read-only é"));
    expect([readVarUint(refused), readVarUint(refused)]).toEqual([81, 7]);
    expect(readVarString(refused)).toBe("read-only é");
  });
});

describe("telling the dialects apart", () => {
  const awareness = (...entries: [client: number, clock: number, state: string][]): number[] => [
    ...varUint(entries.length),
    ...entries.flatMap(([client, clock, state]) => [
      ...varUint(client),
      ...varUint(clock),
      ...text(state),
    ]),
  ];

  it("P5: a first byte 0 is y-websocket's", () => {
    expect(detectDialect(message(0, 0, 1, 0))).toBe("y-websocket");
    expect(detectDialect(message(0, 2, 2, 0, 0))).toBe("y-websocket");
  });

  it("P5: awareness may come first, from an application that acts on 'connected'", () => {
    const client = 3_456_789_012;
    for (const state of ["{}", "null", JSON.stringify({ user: { name: "é".repeat(200) } })]) {
      expect(detectDialect(message(1, sized(awareness([client, 1, state]))))).toBe("y-websocket");
    }
    const several = awareness([client, 1, "{}"], [7, 2 ** 20, '{"a":1}']);
    expect(detectDialect(message(1, sized(several)))).toBe("y-websocket");
  });

  it("P5: a first byte from 1 on is the length of a Hocuspocus address", () => {
    const bodies = [
      message(0, 0, sized([0])),
      message(0, 2, sized([0, 0])),
      message(1, sized(awareness([3_456_789_012, 1, "{}"]))),
      message(2, 0, text("e".repeat(88)), text("4.8.0")),
      message(3),
      message(5, text("x")),
      message(7),
    ];
    for (const name of ["a", "b", "\u0002", "~", "ab", "notes", "x".repeat(200)]) {
      for (const body of bodies) {
        expect(detectDialect(message(text(name), [...body]))).toBe("hocuspocus");
      }
    }
    expect(detectDialect(message())).toBe("hocuspocus");
  });

  it("P5: a one-letter room is told from awareness even where its letter is the right length", () => {
    const letter = fc.integer({ min: 0x20, max: 0x7e });
    const token = fc.string({ minLength: 0x7e, maxLength: 0x7e });
    fc.assert(
      fc.property(letter, token, (code, characters) => {
        const overhead = [2, 0, 0, ...text("4.8.0")].length;
        const auth = [2, 0, ...text(characters.slice(0, code - overhead)), ...text("4.8.0")];
        expect(auth).toHaveLength(code);
        expect(detectDialect(message(1, code, auth))).toBe("hocuspocus");
      }),
      { seed: seeded("P5 one-letter rooms") },
    );
  });
});
