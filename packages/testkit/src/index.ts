export {
  type Closed,
  RawClient,
  type RawClientOptions,
  type Refusal,
} from "./client/raw-client.js";
export {
  type HocuspocusRoom,
  type HocuspocusRoomOptions,
  StockHocuspocus,
  type StockHocuspocusOptions,
} from "./client/stock-hocuspocus.js";
export {
  type StockYWebsocket,
  type StockYWebsocketOptions,
  stockYWebsocket,
} from "./client/stock-y-websocket.js";
export {
  addressed,
  awarenessMessage,
  decodeServerMessage,
  hocuspocusToken,
  type ServerMessage,
  syncMessage,
} from "./client/wire.js";
export { Cluster, startCluster } from "./cluster/cluster.js";
export {
  ApiError,
  ClusterApi,
  type Moved,
  type NodeStatus,
  type RoomOwner,
  type RoomStatus,
} from "./cluster/cluster-api.js";
export type { ClusterOptions } from "./cluster/cluster-options.js";
export type { Door } from "./cluster/door.js";
export { assertJournalsWhole, readJournals, type StoredJournal } from "./cluster/journal.js";
export { JournalWatch, type WatchedClaim } from "./cluster/journal-watch.js";
export { type Life, Member, type MemberKind } from "./cluster/member.js";
export type { RedisSite } from "./cluster/redis-site.js";
export { Timeline } from "./cluster/timeline.js";
export { difference, waitForConvergence } from "./convergence.js";
export type { LaneFault } from "./fault/lane.js";
export { type Direction, FaultProxy } from "./fault/proxy.js";
export { Lab } from "./lab.js";
export { Arrivals, type Gaps, summary } from "./load/arrivals.js";
export { type ClientKind, Crowd, type CrowdOptions, type Seat } from "./load/crowd.js";
export { assertNothingInvented, assertNothingLost, InvariantError } from "./load/invariants.js";
export { editsIn, Writer, type WriterOptions, watchEdits } from "./load/writer.js";
export {
  type RawWriting,
  writeOverHocuspocus,
  writeOverRaw,
  writeOverYWebsocket,
} from "./load/writing-client.js";
export { readMetrics, type Sample, total } from "./metrics.js";
export { percentile } from "./percentile.js";
export { Child, type ChildOptions, type Exit } from "./process/child.js";
export { freePort } from "./process/free-port.js";
export {
  type HomeroomOptions,
  type HomeroomProcess,
  runCommand,
  runHomeroom,
  startHomeroom,
} from "./process/homeroom.js";
export { type RedisDump, type RedisOptions, RedisProcess, startRedis } from "./process/redis.js";
export { RedisCluster, startRedisCluster } from "./process/redis-cluster.js";
export { type RedisSentinel, startRedisSentinel } from "./process/redis-sentinel.js";
export { repository, tracesDir } from "./process/repository.js";
export { Random, seededRandom } from "./random.js";
export { type TempDir, tempDir } from "./temp-dir.js";
export { DeadlineError, deadline } from "./wait/deadline.js";
export { type EventuallyOptions, eventually } from "./wait/eventually.js";
