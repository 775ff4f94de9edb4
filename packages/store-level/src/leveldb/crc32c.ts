/** CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), four bytes at a time (slicing-by-4). */
const slices = new Int32Array(4 * 256);

for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  slices[byte] = crc;
}
for (let index = 256; index < slices.length; index++) {
  const previous = slices[index - 256] as number;
  slices[index] = (previous >>> 8) ^ (slices[previous & 255] as number);
}

/**
 * The checksum of `bytes[start, end)` as LevelDB stores it. LevelDB masks checksums because the CRC
 * of bytes that hold CRCs is weak (`util/crc32c.h`).
 */
export function maskedCrc32c(bytes: Uint8Array, start: number, end: number): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

// The casts stand for checks that would cost a third of the speed: every index is in range.
function crc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (slices[768 + (crc & 255)] as number) ^
      (slices[512 + ((crc >>> 8) & 255)] as number) ^
      (slices[256 + ((crc >>> 16) & 255)] as number) ^
      (slices[crc >>> 24] as number);
  }
  for (; at < end; at++) {
    crc = (crc >>> 8) ^ (slices[(crc ^ (bytes[at] as number)) & 255] as number);
  }
  return ~crc;
}
