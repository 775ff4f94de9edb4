import {
  assertJournalsWhole,
  assertNothingInvented,
  assertNothingLost,
  type Cluster,
  Crowd,
  difference,
  type Gaps,
  InvariantError,
  Lab,
  Random,
  readJournals,
  type Writer,
  waitForConvergence,
} from "@homeroom/testkit";
import * as Y from "yjs";
import { type Fault, typeEveryMs } from "./scene.js";

/** What a fault left behind in one room: to be found again when every process has been ended. */
export interface Left {
  readonly fault: string;
  readonly room: string;
  readonly writers: readonly Writer[];
  /** What every client had at the end. */
  readonly doc: Y.Doc;
}

export interface FaultRun {
  readonly cluster: Cluster;
  readonly fault: Fault;
  readonly seed: number;
  readonly inEarnest: boolean;
}

/** Edits that everybody has acknowledged before anything happens. */
const calm = 5;
/** For everybody to be served again once the fault is over. */
const recoverWithinMs = 30_000;
const defaultRooms = 3;

/**
 * Lets a fault happen to people who write, and checks what must be true of them afterwards.
 * @returns what is to be found again after a cold start
 */
export async function runFault({
  cluster,
  fault,
  seed,
  inEarnest,
}: FaultRun): Promise<readonly Left[]> {
  const random = new Random(seed);
  cluster.say(`${fault.name}, HOMEROOM_SEED=${seed}`);
  const slug = fault.name.replaceAll(/\W+/g, "-");
  const rooms = Array.from(
    { length: fault.rooms ?? defaultRooms },
    (_, number) => `${slug}/${seed}/${number}`,
  );
  const excused = cluster.doors.map((door) => door.excused);
  const crowd = new Crowd({
    ...{ rooms, random: random.fork(), wsUrls: cluster.wsUrls },
    ballast: fault.ballast ?? 0,
  });
  const lab = new Lab();
  try {
    await crowd.synced();
    crowd.type(fault.typeEveryMs ?? typeEveryMs);
    await crowd.acknowledged(calm);
    tellGaps(cluster, "before", crowd.arrivals.take());

    const lasts = (brieflyMs: number, inEarnestMs: number) => (inEarnest ? inEarnestMs : brieflyMs);
    await fault.happens({ cluster, crowd, random, lasts, lab });
    await lab.close();
    await cluster.start();
    await crowd.synced(recoverWithinMs);
    await crowd.flows(recoverWithinMs);
    await crowd.acknowledged(1, recoverWithinMs);
    tellGaps(cluster, "with the fault", crowd.arrivals.take());
    await crowd.acknowledged(calm);
    tellGaps(cluster, "after", crowd.arrivals.take());

    crowd.rest();
    await crowd.settled(recoverWithinMs);
    const left: Left[] = [];
    for (const room of rooms) {
      const writers = crowd.writersIn(room);
      await waitForConvergence(writers.map(({ doc }) => doc));
      for (const { doc } of writers) {
        assertNothingLost(doc, writers);
        assertNothingInvented(doc, writers);
      }
      const doc = copy(writers[0]?.doc ?? new Y.Doc());
      assertSame(doc, await cluster.api.document(room), room);
      left.push({ fault: fault.name, room, writers, doc });
    }
    for (const [door, { excused: now }] of cluster.doors.entries()) {
      const allowed = now - (excused[door] ?? 0);
      const closed = crowd.closed(door);
      if (closed > allowed) {
        throw new InvariantError(
          `${closed} sockets through door ${door} closed, ${allowed} of them with their router`,
        );
      }
    }
    cluster.watch.assertOneHomePerEpoch();
    const journals = await readJournals(cluster.redis.primary.port, rooms);
    assertJournalsWhole(journals, cluster.watch);
    for (const { room, doc } of journals) {
      assertNothingLost(doc, crowd.writersIn(room), "Redis");
    }
    const edits = crowd.writers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
    cluster.say(`${edits} edits acknowledged, none lost; sockets closed without need: 0`);
    return left;
  } finally {
    await lab.close();
    await crowd.close();
  }
}

/** Ends every process, starts all of them again, and looks for what was left behind. */
export async function findAfterColdStart(
  cluster: Cluster,
  left: readonly Left[],
  disks: "kept" | "lost",
): Promise<void> {
  await cluster.coldStart(disks);
  for (const { fault, room, writers, doc } of left) {
    const stored = await cluster.api.document(room);
    try {
      assertNothingLost(stored, writers);
      assertNothingInvented(stored, writers);
      assertSame(doc, stored, room);
    } catch (error) {
      throw new InvariantError(`after "${fault}", in ${room}: ${(error as Error).message}`);
    }
  }
  cluster.watch.assertOneHomePerEpoch();
  cluster.say(`${left.length} rooms are as they were`);
}

function assertSame(doc: Y.Doc, stored: Y.Doc, room: string): void {
  const found = difference(doc, stored);
  if (found !== null) throw new InvariantError(`${room} is stored otherwise: ${found}`);
}

function copy(doc: Y.Doc): Y.Doc {
  const copied = new Y.Doc();
  Y.applyUpdate(copied, Y.encodeStateAsUpdate(doc));
  return copied;
}

function tellGaps(cluster: Cluster, when: string, gaps: Gaps | null): void {
  if (gaps === null) throw new InvariantError("nothing arrived at anybody");
  const { count, p50, p99, max } = gaps;
  const ms = [p50, p99, max].map((value) => Math.round(value));
  cluster.say(`${when}: ${count} arrivals, p50 ${ms[0]} ms, p99 ${ms[1]} ms, max ${ms[2]} ms`);
}
