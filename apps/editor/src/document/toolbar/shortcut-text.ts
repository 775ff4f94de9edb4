const MAC: Readonly<Record<string, string>> = { Control: "⌘", Alt: "⌥", Shift: "⇧" };
const OTHER: Readonly<Record<string, string>> = { Control: "Ctrl" };

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

/** How a shortcut is written on this machine: `Control+Shift+8` is ⌘⇧8 or Ctrl+Shift+8. */
export function shortcutText(keys: string, mac: boolean = isMac()): string {
  const names = mac ? MAC : OTHER;
  return keys
    .split("+")
    .map((key) => names[key] ?? key)
    .join(mac ? "" : "+");
}
