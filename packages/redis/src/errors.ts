import { ClusterError } from "@homeroom/cluster";
import { StoreError, type StoreErrorCode } from "@homeroom/room";

interface Meaning {
  readonly code: StoreErrorCode;
  readonly message: string;
}

/** What the first word of a Redis error means for us. What is not here is `UNAVAILABLE` as well. */
const meanings = new Map<string, Meaning>([
  ["OOM", { code: "FULL", message: "Redis is out of memory: raise maxmemory" }],
  ["READONLY", { code: "UNAVAILABLE", message: "this Redis is a replica, or was made one" }],
  ["LOADING", { code: "UNAVAILABLE", message: "Redis is loading its data" }],
  ["MASTERDOWN", { code: "UNAVAILABLE", message: "this Redis replica has lost its primary" }],
  ["CLUSTERDOWN", { code: "UNAVAILABLE", message: "the Redis Cluster is down" }],
  ["MOVED", { code: "UNAVAILABLE", message: "the Redis Cluster is changing" }],
  ["ASK", { code: "UNAVAILABLE", message: "the Redis Cluster is changing" }],
  ["TRYAGAIN", { code: "UNAVAILABLE", message: "the Redis Cluster is changing" }],
  ["NOREPLICAS", { code: "UNAVAILABLE", message: "Redis has too few replicas" }],
  ["MISCONF", { code: "UNAVAILABLE", message: "Redis cannot write to its disk" }],
  ["BUSY", { code: "UNAVAILABLE", message: "Redis is busy with a script" }],
  [
    "NOAUTH",
    { code: "UNAVAILABLE", message: "Redis asks for a password: give one in --redis-url" },
  ],
  ["WRONGPASS", { code: "UNAVAILABLE", message: "Redis refuses the password in --redis-url" }],
  ["NOPERM", { code: "UNAVAILABLE", message: "Redis forbids this user a command that is needed" }],
  ["WRONGTYPE", { code: "UNKNOWN_FORMAT", message: "a key in Redis is not of Homeroom's making" }],
]);

const meaningOf = (error: unknown): Meaning => {
  const text = error instanceof Error ? error.message : "";
  const known = meanings.get(/^[A-Z]+/.exec(text)?.[0] ?? "");
  return known ?? { code: "UNAVAILABLE", message: "Redis does not answer" };
};

/** Any failure of a command, as a `StoreError`. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = meaningOf(error);
  return new StoreError(code, message, { cause: error });
}

/** Any failure of a command, as a `ClusterError`. */
export function toClusterError(error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  return new ClusterError("UNAVAILABLE", meaningOf(error).message, { cause: error });
}
