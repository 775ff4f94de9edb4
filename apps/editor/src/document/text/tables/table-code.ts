import type { KeyboardShortcutCommand, RawCommands } from "@tiptap/core";
import { Table } from "@tiptap/extension-table/table";
import type { Plugin } from "@tiptap/pm/state";
import { tableEditing } from "@tiptap/pm/tables";

type Context = ThisParameterType<NonNullable<typeof Table.config.addCommands>>;

/** What works on tables; it loads with the first one on the page. */
export interface TableCode {
  readonly commands: (context: Context) => Partial<RawCommands>;
  readonly keys: (context: Context) => Readonly<Record<string, KeyboardShortcutCommand>>;
  readonly plugin: () => Plugin;
}

export const tableCode: TableCode = {
  commands: (context) => Table.config.addCommands?.call(context) ?? {},
  keys: (context) =>
    Table.config.addKeyboardShortcuts?.call({ ...context, parent: undefined }) ?? {},
  plugin: () => tableEditing(),
};
