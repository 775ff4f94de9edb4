export { type Coordinator, type CoordinatorOptions, createCoordinator } from "./coordinator.js";
export type { LinkSecret } from "./link/authorize.js";
export { defaultLinkServerLimits, type LinkServerLimits } from "./link/limits.js";
export type { LinkNode } from "./link/link.js";
export { createLinkServer, type LinkServer, type LinkServerOptions } from "./link/link-server.js";
export { type LinkCut, type LinkMeter, silentLinkMeter } from "./link/meter.js";
export { type LocalNode, LocalService, type ProcessFigures } from "./local-service.js";
