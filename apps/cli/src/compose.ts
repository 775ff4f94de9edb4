import { randomUUID } from "node:crypto";
import type { Settings } from "@homeroom/config";
import { createCoordinator } from "@homeroom/coordinator";
import { Health, PrometheusMeter } from "@homeroom/observability";
import { type Logger, type RoomStore, systemClock } from "@homeroom/room";
import { LevelStore } from "@homeroom/store-level";
import { type Closable, closeAll } from "./close-all.js";
import { IdleHeap } from "./idle-heap.js";
import { nodeHeap } from "./node-heap.js";
import { createPublicEdge } from "./router/public-edge.js";
import { endless, type Running } from "./running.js";
import { roomLimits } from "./start/limits.js";

/**
 * Coordinator, router and editor in one process: opens the store and listens.
 * @throws StoreError, RouterError; nothing is left open then
 */
export async function composeHomeroom(settings: Settings, logger: Logger): Promise<Running> {
  const clock = systemClock;
  const open: Closable[] = [];
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= closeAll(open);
    return closing;
  };
  try {
    const meter = new PrometheusMeter(clock);
    open.push(meter);
    const common = { clock, logger, meter };
    let url = settings.advertiseUrl ?? "";
    const coordinator = createCoordinator({
      ...common,
      store: await openStore(settings, logger),
      node: {
        id: settings.nodeId,
        incarnation: randomUUID(),
        epoch: clock.now(),
        get url() {
          return url;
        },
      },
      limits: roomLimits(settings),
      figures: meter,
    });
    open.push(coordinator);
    open.push(new IdleHeap(clock, nodeHeap(), () => !coordinator.homes.edited));
    meter.gauge("homeroom_sessions", "Clients in rooms.", () => coordinator.homes.load.sessions);

    const health = new Health(clock);
    health.add("journal", () => coordinator.journal());
    const { homes, service: rooms } = coordinator;
    const router = await createPublicEdge({ settings, homes, rooms, health, meter, logger });
    open.push(router);
    const address = await router.listen();
    url ||= address.url;
    return { url: address.url, ended: endless, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The store as `start` opens it, for whoever wants to look at it.
 * @throws StoreError
 */
export async function openStore(
  { dataDir, durability }: Pick<Settings, "dataDir" | "durability">,
  logger: Logger,
): Promise<RoomStore & Pick<LevelStore, "damagedRooms">> {
  return await LevelStore.open({ directory: dataDir, durability, logger });
}
