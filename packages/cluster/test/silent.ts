import type { Logger } from "@homeroom/room";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
