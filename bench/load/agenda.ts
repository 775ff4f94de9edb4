import { performance } from "node:perf_hooks";

/** Who does something when: ascending in time, in milliseconds from the beginning. */
export interface Appointment {
  readonly at: number;
  readonly who: number;
}

/** How far a person's pauses are from their mean, at most. */
const UNEVENNESS = 0.4;

/**
 * `people` who each do something `perSecond` times a second, not quite evenly, the same in every
 * run.
 */
export function agenda(people: number, perSecond: number, seconds: number): readonly Appointment[] {
  const random = seeded(people * 7_919 + Math.round(perSecond * 31));
  const meanMs = 1_000 / perSecond;
  const all: Appointment[] = [];
  for (let who = 0; who < people; who++) {
    let at = random() * meanMs;
    while (at < seconds * 1_000) {
      all.push({ at, who });
      at += pause(meanMs, random);
    }
  }
  return all.sort((a, b) => a.at - b.at);
}

/** Calls `act` for each appointment when its time has come. */
export async function keep(
  appointments: readonly Appointment[],
  act: (nth: number, appointment: Appointment) => void,
): Promise<void> {
  const began = performance.now();
  let nth = 0;
  await new Promise<void>((resolve) => {
    const next = (): void => {
      const now = performance.now() - began;
      for (;;) {
        const appointment = appointments[nth];
        if (appointment === undefined) {
          resolve();
          return;
        }
        if (appointment.at > now) {
          setTimeout(next, appointment.at - now);
          return;
        }
        act(nth++, appointment);
      }
    };
    next();
  });
}

/** From one thing that a person does to the next, in milliseconds. */
export function pause(meanMs: number, random: () => number): number {
  return meanMs * (1 + UNEVENNESS * (2 * random() - 1));
}

/** Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
