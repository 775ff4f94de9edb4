/** A limit as people write it: `1 MiB`, `512 KiB`. */
export function byteText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / (1024 * 1024)} MiB` : `${bytes / 1024} KiB`;
}
