import { ClusterError } from "@homeroom/cluster";
import type { NodeProblem } from "@homeroom/protocol";
import { ElsewhereError, ServiceError, type ServiceErrorCode, StoreError } from "@homeroom/room";

export interface Refused {
  readonly status: number;
  readonly problem: NodeProblem;
}

const STATUS: Readonly<Record<ServiceErrorCode, number>> = {
  ROOM_DAMAGED: 500,
  UPDATE_REFUSED: 422,
  UPDATE_GAP: 409,
  TOO_LARGE: 413,
  NO_HOME: 503,
  UNAVAILABLE: 503,
  UNKNOWN_NODE: 404,
  CONFLICT: 409,
};

const refused = (status: number, code: string, message: string): Refused => ({
  status,
  problem: { code, message },
});

/** An error of the rooms in the words of `NodeApi`; null where it is none of theirs. */
export function toRefused(error: unknown): Refused | null {
  if (error instanceof ElsewhereError) {
    const { message, owner } = error;
    return { status: 409, problem: { code: "ELSEWHERE", message, owner } };
  }
  if (error instanceof ServiceError) return refused(STATUS[error.code], error.code, error.message);
  if (error instanceof StoreError) {
    const code = error.code === "DAMAGED" ? "ROOM_DAMAGED" : "UNAVAILABLE";
    return refused(STATUS[code], code, error.message);
  }
  if (error instanceof ClusterError) return refused(503, "UNAVAILABLE", error.message);
  return null;
}
