/** Opens the browser's own choice of files; nothing happens where the person closes it. */
export function pickFiles(accept: string, onPick: (files: readonly File[]) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = accept;
  input.addEventListener("change", () => onPick([...(input.files ?? [])]));
  input.click();
}
