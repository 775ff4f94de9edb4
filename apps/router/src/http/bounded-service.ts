import type { Clock, RoomService } from "@homeroom/room";
import { withDeadline } from "../with-deadline.js";
import { Problem } from "./problem.js";

/** The same service, whose every answer comes within `ms` or is a `TIMEOUT`. */
export function boundService(service: RoomService, clock: Clock, ms: number): RoomService {
  const bound = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await withDeadline(clock, ms, answer);
    if (!result.late) return result.value;
    throw new Problem(
      "TIMEOUT",
      `no answer within ${ms} ms; what was asked for may still happen, and asking again is safe`,
    );
  };
  return {
    list: (query) => bound(service.list(query)),
    describe: (room) => bound(service.describe(room)),
    home: (room) => bound(service.home(room)),
    move: (room, to) => bound(service.move(room, to)),
    read: (room) => bound(service.read(room)),
    write: (room, update) => bound(service.write(room, update)),
    remove: (room) => bound(service.remove(room)),
    nodes: () => bound(service.nodes()),
    drain: (node) => bound(service.drain(node)),
    resume: (node) => bound(service.resume(node)),
  };
}
