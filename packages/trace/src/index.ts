export { parseTrace } from "./parse-trace.js";
export { MAX_FILE_BYTES, readTrace } from "./read-trace.js";
export { type Edit, type ReplayOptions, replay } from "./replay.js";
export { takeTurns } from "./take-turns.js";
export { type Patch, type Trace, TraceError, type TraceErrorCode, type Txn } from "./trace.js";
