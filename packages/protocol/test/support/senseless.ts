import fc from "fast-check";
import { deletes, id, section, sized, text, update, varUint } from "./craft.js";
import { CLIENTS } from "./editing.js";

interface Reference {
  readonly client: number;
  readonly clock: number;
}

interface Struct {
  readonly origin: Reference | null;
  readonly rightOrigin: Reference | null;
  /** A root's name, or an item. */
  readonly parent: string | Reference;
  readonly key: string | null;
  readonly ref: number;
  readonly length: number;
  readonly content: readonly number[];
}

/** Small, so that clocks meet those of real sessions. */
const CLOCKS = 30;

const reference = fc.record({ client: fc.constantFrom(...CLIENTS), clock: fc.nat(CLOCKS) });
const json = fc.constantFrom("null", "1", '"x"', '{"a":[1]}', "[]").map(text);

const any: fc.Arbitrary<number[]> = fc.constantFrom(
  [127],
  [126],
  [125, 0x40],
  [124, 1, 2, 3, 4],
  [122, 1, 2, 3, 4, 5, 6, 7, 8],
  [120],
  [119, ...text("é")],
  [118, 2, ...text("__proto__"), 118, 0, ...text("toJSON"), 126],
  [117, 2, 126, 117, 0],
  [116, 2, 1, 2],
);

const contents: fc.Arbitrary<Pick<Struct, "ref" | "length" | "content">> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((length) => ({ ref: 0, length, content: varUint(length) })),
  fc.integer({ min: 1, max: 4 }).map((length) => ({ ref: 10, length, content: varUint(length) })),
  fc.integer({ min: 1, max: 4 }).map((length) => ({ ref: 1, length, content: varUint(length) })),
  several(2, json),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => ({ ref: 3, length: 1, content: sized(bytes) })),
  fc
    .constantFrom("a", "ab", "é", "🎉", "a🎉b", "\n")
    .map((value) => ({ ref: 4, length: value.length, content: text(value) })),
  json.map((value) => ({ ref: 5, length: 1, content: value })),
  fc
    .tuple(fc.constantFrom("bold", "", "__proto__"), json)
    .map(([key, value]) => ({ ref: 6, length: 1, content: [...text(key), ...value] })),
  fc.nat(6).map((type) => ({
    ref: 7,
    length: 1,
    content: type === 3 || type === 5 ? [type, ...text("p")] : [type],
  })),
  several(8, any),
  fc
    .constantFrom([0], [1, ...text("meta"), 126], [2, ...text("gc"), 121, ...text("autoLoad"), 120])
    .map((options) => ({ ref: 9, length: 1, content: [...text("guid"), 118, ...options] })),
);

function several(
  ref: number,
  value: fc.Arbitrary<readonly number[]>,
): fc.Arbitrary<Pick<Struct, "ref" | "length" | "content">> {
  return fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => ({
    ref,
    length: values.length,
    content: [values.length, ...values.flat()],
  }));
}

const orNone = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null });

const struct: fc.Arbitrary<Struct> = fc
  .tuple(
    fc.record({
      origin: orNone(reference),
      rightOrigin: orNone(reference),
      parent: fc.oneof(fc.constantFrom("text", "map", "list", "xml", "new"), reference),
      key: orNone(fc.constantFrom("a", "", "__proto__")),
    }),
    contents,
  )
  .map(([place, content]) => ({ ...place, ...content }));

const range = fc.tuple(fc.nat(CLOCKS), fc.integer({ min: 1, max: 9 }));

/**
 * Updates that keep every rule of the format and make no sense: structs that refer to anything
 * before them, in any parent, deleted at random.
 */
export const senselessUpdates: fc.Arbitrary<Uint8Array> = fc
  .record({
    sections: fc.uniqueArray(
      fc.record({
        client: fc.constantFrom(...CLIENTS),
        clock: fc.oneof(fc.constant(0), fc.nat(CLOCKS)),
        structs: fc.array(struct, { minLength: 1, maxLength: 8 }),
      }),
      { selector: ({ client }) => client },
    ),
    deleted: fc.array(fc.tuple(fc.constantFrom(...CLIENTS), fc.array(range, { maxLength: 3 })), {
      maxLength: 3,
    }),
  })
  .map(({ sections, deleted }) =>
    update(
      sections.map(({ client, clock, structs }) => {
        let at = clock;
        const rendered = structs.map((each) => {
          const bytes = render(each, client, at);
          at += each.length;
          return bytes;
        });
        return section(client, clock, ...rendered);
      }),
      deleted.map(([client, ranges]) => deletes(client, ...ranges)),
    ),
  );

function render(struct: Struct, client: number, clock: number): number[] {
  const { origin, rightOrigin, parent, key, ref, content } = struct;
  if (ref === 0 || ref === 10) return [ref, ...content];
  const flags = (origin ? 0x80 : 0) | (rightOrigin ? 0x40 : 0) | (key === null ? 0 : 0x20);
  const bytes = [ref | flags];
  if (origin) bytes.push(...earlier(origin, client, clock));
  if (rightOrigin) bytes.push(...earlier(rightOrigin, client, clock));
  if (!origin && !rightOrigin) {
    if (typeof parent === "string") bytes.push(1, ...text(parent));
    else bytes.push(0, ...earlier(parent, client, clock));
    if (key !== null) bytes.push(...text(key));
  }
  return [...bytes, ...content];
}

/** Makes sure that a struct does not refer to itself or to a later one of its client. */
function earlier(reference: Reference, client: number, clock: number): number[] {
  if (reference.client !== client) return id(reference.client, reference.clock);
  if (clock === 0) return id(client + 1, reference.clock);
  return id(client, reference.clock % clock);
}
