import type { Settings } from "@homeroom/config";
import { ListenError } from "@homeroom/coordinator";
import { StoreError } from "@homeroom/room";
import { RouterError } from "@homeroom/router";

/** Why a server did not start and which flag mends it; null where that is not known. */
export function explain(error: unknown, settings: Settings): string | null {
  if (error instanceof StoreError) return `${error.message} (--data-dir)`;
  if (error instanceof ListenError) return `${error.message} (--host, --port, --metrics-port)`;
  if (error instanceof RouterError) return `${error.message} (${listeningFlag(error, settings)})`;
  return null;
}

function listeningFlag({ code }: RouterError, { metricsPort }: Settings): string {
  if (code === "HOST_UNKNOWN") return "--host";
  return metricsPort === null ? "--port" : "--port, --metrics-port";
}
