export { type Coordinator, type CoordinatorOptions, createCoordinator } from "./coordinator.js";
export { type LocalNode, LocalService, type ProcessFigures } from "./local-service.js";
