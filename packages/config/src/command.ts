/** The commands that take settings of a deployment. */
export type Command = "start" | "coordinator" | "router" | "cluster" | "token" | "doctor";

/** The commands that listen. */
export const SERVERS: readonly Command[] = ["start", "coordinator", "router", "cluster"];
