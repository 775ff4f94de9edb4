/** Longer than any browser takes to begin a download, after which the address is not needed. */
const KEPT_MS = 60_000;

/** Gives the person a file, as a download. */
export function saveFile(name: string, type: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** A title as the name of a file: without what file systems forbid. */
export function fileName(title: string, extension: string): string {
  const plain = title
    .replace(/[\s\p{Cc}/\\:*?"<>|]+/gu, " ")
    .trim()
    .slice(0, 80);
  return `${plain || "document"}.${extension}`;
}
