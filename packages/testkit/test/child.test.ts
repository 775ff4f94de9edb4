import { afterEach, expect, test } from "vitest";
import { Child } from "../src/index.js";

const children: Child[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await child.close();
});

async function node(script: string): Promise<Child> {
  const child = await Child.start({
    command: process.execPath,
    args: ["-e", script],
    env: process.env,
  });
  children.push(child);
  return child;
}

test("a child is known by its output and by its exit", async () => {
  const child = await node(`console.log("ready on 7"); console.error("hm"); process.exitCode = 3`);
  expect((await child.waitForOutput(/ready on (\d)/))[1]).toBe("7");
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(child.output()).toContain("hm");
});

test("the output that is kept is bounded, and is the last", async () => {
  const child = await node(`for (let i = 0; i < 9000; i++) console.log("x".repeat(60) + i)`);
  await child.exited;
  expect(child.output().length).toBe(256 * 1024);
  expect(child.output().endsWith("8999\n")).toBe(true);
});

test("stop waits for a graceful end and says when there was none", async () => {
  const polite = await node(`process.on("SIGTERM", () => process.exit(0));
    setInterval(() => {}, 1000); console.log("up")`);
  await polite.waitForOutput(/up/);
  expect(await polite.stop()).toEqual({ code: 0, signal: null });

  const deaf = await node(`process.on("SIGTERM", () => {});
    setInterval(() => {}, 1000); console.log("up")`);
  await deaf.waitForOutput(/up/);
  await expect(deaf.stop(100)).rejects.toThrow("ends after SIGTERM: not within 100 ms");
});

test("close ends a process that was stopped with SIGSTOP", async () => {
  const child = await node(`setInterval(() => {}, 1000); console.log("up")`);
  await child.waitForOutput(/up/);
  child.kill("SIGSTOP");
  await child.close();
  expect(child.exit).toEqual({ code: null, signal: "SIGKILL" });
});

test("a command that cannot be run is an error", async () => {
  const start = Child.start({ command: "/no/such/command", args: [], env: {} });
  await expect(start).rejects.toThrow("ENOENT");
});
