export { ClaimGate } from "./claims/claim-gate.js";
export { Claims, type ClaimsOptions, type Verification } from "./claims/claims.js";
export { ClusterError, type ClusterErrorCode } from "./cluster-error.js";
export type {
  Announcement,
  ClaimOutcome,
  Directory,
  NodeIncarnation,
  NodeRecord,
  OwnerRecord,
  Primary,
  Registration,
  Renewal,
} from "./directory.js";
export {
  Drain,
  type DrainLimits,
  type DrainProgress,
  defaultDrainLimits,
  type LeavingRoom,
  type Move,
} from "./drain/drain.js";
export { homeOf, type RoomHome } from "./home-of.js";
export { LeaseKeeper, type LeaseKeeperOptions } from "./lease/lease-keeper.js";
export {
  acceptsEdits,
  holdsLease,
  type LeaseEvent,
  type LeaseLossPolicy,
  type LeaseState,
  nextLeaseState,
} from "./lease/lease-state.js";
export { MemoryDirectory } from "./memory/memory-directory.js";
export { type Fault, MemoryPrimary, type PrimaryData } from "./memory/memory-primary.js";
export { MemorySharedStore } from "./memory/memory-shared-store.js";
export { NodeList } from "./node-list.js";
export { defaultNodeClientLimits, type NodeClientLimits } from "./nodes/limits.js";
export { type NodeAddress, NodeClient, type NodeClientOptions } from "./nodes/node-client.js";
export { type Candidate, candidates, loadBound, place } from "./placement/placement.js";
export { MoveBudget } from "./rebalance/move-budget.js";
export { rebalance } from "./rebalance/rebalance.js";
export {
  type Reconciliation,
  ReplicatedStore,
  type ReplicatedStoreOptions,
} from "./store/replicated-store.js";
export type {
  CopyStore,
  NumberedAppend,
  Position,
  SharedStore,
  StoredRecord,
} from "./store/shared-store.js";
export { wholeOf } from "./store/whole.js";
