export { type Check, Health, type Readiness } from "./health.js";
export type { LinkMetrics } from "./link-metrics.js";
export { createLogger, type LoggerOptions } from "./logger.js";
export { PrometheusMeter } from "./prometheus-meter.js";
export type { RouteMetrics } from "./route-metrics.js";
