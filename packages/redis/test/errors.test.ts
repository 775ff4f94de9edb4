import { ClusterError } from "@homeroom/cluster";
import { StoreError } from "@homeroom/room";
import { expect, test } from "vitest";
import { toClusterError, toStoreError } from "../src/errors.js";

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", "FULL", "raise maxmemory"],
  ["READONLY You can't write against a read only replica.", "UNAVAILABLE", "replica"],
  ["LOADING Redis is loading the dataset in memory", "UNAVAILABLE", "loading"],
  ["CLUSTERDOWN The cluster is down", "UNAVAILABLE", "Cluster"],
  ["MOVED 3999 127.0.0.1:6381", "UNAVAILABLE", "Cluster"],
  ["MISCONF Errors writing to the AOF file", "UNAVAILABLE", "disk"],
  ["WRONGPASS invalid username-password pair", "UNAVAILABLE", "password"],
  ["WRONGTYPE Operation against a key holding the wrong kind of value", "UNKNOWN_FORMAT", "key"],
  ["Command timed out", "UNAVAILABLE", "does not answer"],
  ["Connection is closed.", "UNAVAILABLE", "does not answer"],
  ["ERR anything else", "UNAVAILABLE", "does not answer"],
])("%j is %s", (text, code, message) => {
  const cause = new Error(text);
  expect(toStoreError(cause)).toMatchObject({ code, cause });
  expect(toStoreError(cause).message).toContain(message);
  expect(toClusterError(cause)).toMatchObject({ code: "UNAVAILABLE", cause });
});

test("our own errors stay what they are", () => {
  const store = new StoreError("FENCED", "claimed");
  const cluster = new ClusterError("CLOSED", "closed");
  expect(toStoreError(store)).toBe(store);
  expect(toClusterError(cluster)).toBe(cluster);
});
