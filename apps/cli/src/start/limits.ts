import type { Settings } from "@homeroom/config";
import {
  defaultEdgeLimits,
  defaultRoomLimits,
  type EdgeLimits,
  type RoomLimits,
} from "@homeroom/room";
import { defaultRouterLimits, type RouterLimits } from "@homeroom/router";

/*
 * What an operator sets, as the limits that the parts know. Buffers that a largest message passes
 * through grow with it.
 */

export function roomLimits({ maxDocumentBytes, maxMessageBytes }: Settings): Partial<RoomLimits> {
  const { maxPendingBytes, maxJournalQueueBytes, maxRoomQueueBytes } = defaultRoomLimits;
  return {
    maxDocumentBytes,
    maxPendingBytes: Math.max(maxPendingBytes, 2 * maxMessageBytes),
    maxJournalQueueBytes: Math.max(maxJournalQueueBytes, 8 * maxMessageBytes),
    maxRoomQueueBytes: Math.max(maxRoomQueueBytes, 2 * maxMessageBytes),
  };
}

export function edgeLimits({
  maxMessageBytes,
  maxUpdatesPerSecond,
}: Settings): Partial<EdgeLimits> {
  return {
    maxMessageBytes,
    maxMessagesPerSecond: maxUpdatesPerSecond,
    maxBufferBytes: Math.max(defaultEdgeLimits.maxBufferBytes, 2 * maxMessageBytes),
  };
}

export function routerLimits(settings: Settings): RouterLimits {
  const { maxMessageBytes, maxConnections, maxConnectionsPerIp } = settings;
  const { sockets, http, shutdown } = defaultRouterLimits;
  return {
    sockets: {
      ...sockets,
      // So that the edge sees what is too large, and can refuse it and go on.
      messageBytes: 2 * maxMessageBytes,
      connections: maxConnections,
      connectionsPerAddress: maxConnectionsPerIp,
    },
    http: { ...http, updateBytes: maxMessageBytes },
    shutdown,
  };
}
