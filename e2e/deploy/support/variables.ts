import { type Command, tableOf, variableOf } from "@homeroom/config";

/** The variables that a command takes. */
export const variablesOf = (command: Command): ReadonlySet<string | null> =>
  new Set(Object.values(tableOf(command)).map(variableOf));
