export { type Check, Health, type Readiness } from "./health.js";
export { createLogger, type LoggerOptions } from "./logger.js";
export { PrometheusMeter } from "./prometheus-meter.js";
