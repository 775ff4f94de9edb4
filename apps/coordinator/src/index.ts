export {
  ClusterCoordinator,
  type ClusterCoordinatorOptions,
} from "./cluster/cluster-coordinator.js";
export { FAILPOINT_VARIABLE, failpointsFrom } from "./cluster/failpoint.js";
export { type ClusterLimits, defaultClusterLimits } from "./cluster/limits.js";
export { type Coordinator, type CoordinatorOptions, createCoordinator } from "./coordinator.js";
export { ListenError } from "./http/door.js";
export { defaultNodeServerLimits, type NodeServerLimits } from "./http/limits.js";
export {
  createNodeServer,
  type NodeReadiness,
  type NodeServer,
  type NodeServerOptions,
} from "./http/node-server.js";
export type { LinkSecret } from "./link/authorize.js";
export { defaultLinkServerLimits, type LinkServerLimits } from "./link/limits.js";
export type { LinkNode } from "./link/link.js";
export { createLinkServer, type LinkServer, type LinkServerOptions } from "./link/link-server.js";
export { type LinkCut, type LinkMeter, silentLinkMeter } from "./link/meter.js";
export { type LocalNode, LocalService, type ProcessFigures } from "./local-service.js";
