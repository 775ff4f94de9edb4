export { type Command, SERVERS } from "./command.js";
export { describeFlags, describeSettings, type FlagDescription } from "./describe.js";
export { isLoopback } from "./loopback.js";
export { inheritSettings, parseSettings, tableOf } from "./parse-settings.js";
export { type Environment, type Flags, missing, type Parsed, parseTable } from "./parse-table.js";
export { formatProblem, type Problem } from "./problem.js";
export { type Declarations, type Setting, type Table, variableOf } from "./setting.js";
export { type Settings, settingsTable } from "./settings.js";
export { unknownVariables } from "./unknown-variables.js";
export {
  count,
  duration,
  factor,
  milliseconds,
  oneOf,
  parsed,
  port,
  secret,
  size,
  text,
  toggle,
  url,
  type Value,
} from "./value.js";
