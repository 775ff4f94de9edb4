import { fileURLToPath } from "node:url";
import { Child, repository } from "@homeroom/testkit";

/** Runs a TypeScript file of this folder in a process of its own. */
export function runScript(
  name: string,
  args: readonly string[],
  wrapper: readonly string[] = [],
): Promise<Child> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const node = [process.execPath, "--conditions=source", "--import", "tsx", script, ...args];
  const [command = process.execPath, ...rest] = [...wrapper, ...node];
  return Child.start({ command, args: rest, cwd: repository, env: process.env });
}
