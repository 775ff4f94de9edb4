import { type Setting, toggle } from "@homeroom/config";
import Table3 from "cli-table3";

/** For the commands that answer with a table. */
export const jsonFlag: Setting<boolean> = {
  flag: "json",
  value: toggle,
  default: "false",
  description: "print JSON as the API gives it",
  flagOnly: true,
};

type Cell = string | number;

/** Numbers stand on the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const aligns = head.map((_, column) =>
    rows.some((row) => typeof row[column] === "number") ? "right" : "left",
  );
  const made = new Table3({
    head: [...head],
    style: { head: [], border: [] },
    colAligns: aligns,
  });
  for (const row of rows) made.push([...row]);
  return made.toString();
}

/** JSON for people and programs. */
export const json = (value: unknown): string => JSON.stringify(value, null, 2);
