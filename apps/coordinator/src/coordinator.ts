import {
  type Clock,
  type Logger,
  type Meter,
  RoomHost,
  type RoomLimits,
  type RoomService,
  type RoomStore,
  soleHome,
} from "@homeroom/room";
import { type LocalNode, LocalService, type ProcessFigures } from "./local-service.js";

export interface CoordinatorOptions {
  /** Owned by the coordinator from here on: it closes it. */
  readonly store: RoomStore;
  readonly node: LocalNode;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly figures: ProcessFigures;
  readonly limits?: Partial<RoomLimits>;
}

/** A process that is home to rooms. */
export interface Coordinator {
  readonly homes: RoomHost;
  readonly service: RoomService;
  /** For `/readyz`. */
  journal(): { readonly ok: boolean; readonly detail?: string };
  /** After the sessions have been closed: makes durable what was accepted, closes the store. */
  close(): Promise<void>;
}

export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { store, node, clock, logger, meter, figures, limits = {} } = options;
  const claims = soleHome({ node: node.id, epoch: node.epoch }, store);
  const homes = new RoomHost({ store, claims, clock, logger, meter, limits });
  const close = async (): Promise<void> => {
    await homes.close();
    await store.close();
  };
  let closing: Promise<void> | null = null;
  return {
    homes,
    service: new LocalService({ host: homes, store, node, clock, figures }),
    journal() {
      const failure = homes.journalFailure;
      return failure ? { ok: false, detail: failure.message } : { ok: true };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
