/** Bytes of updates as nobody's Yjs would write them. */

export const varUint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest % 0x80) | 0x80);
  }
};

/** Bytes behind their length. */
export const sized = (bytes: Iterable<number>): number[] => {
  const list = [...bytes];
  return [...varUint(list.length), ...list];
};

export const text = (value: string): number[] => sized(new TextEncoder().encode(value));

export const id = (client: number, clock: number): number[] => [
  ...varUint(client),
  ...varUint(clock),
];

/** Content of one item in the root type `t`, with nothing to its left or right. */
export const item = (ref: number, ...content: number[]): number[] => [
  ref,
  1,
  ...text("t"),
  ...content,
];

/** The structs of one client. */
export const section = (client: number, clock: number, ...structs: number[][]): number[] => [
  ...varUint(structs.length),
  ...id(client, clock),
  ...structs.flat(),
];

/** The deleted ranges of one client. */
export const deletes = (client: number, ...ranges: [clock: number, length: number][]): number[] => [
  ...varUint(client),
  ...varUint(ranges.length),
  ...ranges.flatMap(([clock, length]) => [...varUint(clock), ...varUint(length)]),
];

export const update = (sections: number[][], deleted: number[][] = []): Uint8Array =>
  Uint8Array.from([
    ...varUint(sections.length),
    ...sections.flat(),
    ...varUint(deleted.length),
    ...deleted.flat(),
  ]);

/** An update of client 1 that holds one item. */
export const single = (ref: number, ...content: number[]): Uint8Array =>
  update([section(1, 0, item(ref, ...content))]);

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
