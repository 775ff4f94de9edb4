import { variableOf } from "@homeroom/config";
import { serverFlags } from "./api-client.js";

/** Variables that begin with `HOMEROOM_` and are no settings of a server. */
export const OTHER_VARIABLES: readonly string[] = [
  ...Object.values(serverFlags).map((flag) => variableOf(flag) ?? ""),
  // Of the tests.
  "HOMEROOM_FAILPOINT",
  "HOMEROOM_FAULTS",
  "HOMEROOM_SEED",
  "HOMEROOM_TRACES",
  "HOMEROOM_TEST_SOURCE",
];
