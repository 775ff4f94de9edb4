/**
 * Steps of a move between which a process may die. Tests have one killed right there; nothing is
 * done anywhere else.
 */
export type Failpoint = "move:frozen" | "move:flushed" | "move:transferred" | "move:told";

export type ReachFailpoint = (step: Failpoint) => void;

export const noFailpoints: ReachFailpoint = () => {};

/** The variable that names the step at which a process is to kill itself, without any warning. */
export const FAILPOINT_VARIABLE = "HOMEROOM_FAILPOINT";

export function failpointsFrom(env: Readonly<Record<string, string | undefined>>): ReachFailpoint {
  const deadly = env[FAILPOINT_VARIABLE];
  if (!deadly) return noFailpoints;
  return (step) => {
    if (step === deadly) process.kill(process.pid, "SIGKILL");
  };
}
