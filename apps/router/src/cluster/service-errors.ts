import { ClusterError } from "@homeroom/cluster";
import { ServiceError, StoreError } from "@homeroom/room";

/** Waits for `work`, and says what an error of the directory or the store means to whoever asked. */
export async function inServiceTerms<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ClusterError) {
      throw new ServiceError("UNAVAILABLE", error.message, { cause: error });
    }
    if (!(error instanceof StoreError)) throw error;
    const code = error.code === "DAMAGED" ? "ROOM_DAMAGED" : "UNAVAILABLE";
    throw new ServiceError(code, error.message, { cause: error });
  }
}
