import { createHash } from "node:crypto";
import type { RoomName } from "@homeroom/protocol";

/**
 * How strongly a room is drawn to a node: the same number on every machine. The node with the
 * highest one wins, so a node that comes or goes moves only the rooms that it wins or had won
 * (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998).
 */
export const attraction = (room: RoomName, node: string): number =>
  createHash("sha256").update(`${node}\n${room}`).digest().readUIntBE(0, 6);
