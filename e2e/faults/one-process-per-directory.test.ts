import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { deadline, freePort, type Lab, runHomeroom } from "@homeroom/testkit";
import { expect } from "vitest";
import { test } from "../support/test.js";

async function start(lab: Lab, dataDir: string, port: number, args: readonly string[] = []) {
  const child = lab.own(await runHomeroom({ dataDir, port, args }));
  const exit = await deadline(child.exited, 15_000, "the start fails");
  return { exit, output: child.output() };
}

test("a second process on the same data directory exits 1 and says why; the first goes on", async ({
  lab,
}) => {
  const first = await lab.homeroom();
  const client = await lab.join(first, "room", { ack: true });
  const { exit, output } = await start(lab, first.dataDir, await freePort());
  expect(exit).toEqual({ code: 1, signal: null });
  expect(output).toContain(first.dataDir);
  expect(output).toMatch(/in use|another process|lock/i);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  client.edit((doc) => doc.getText("text").insert(0, "undisturbed"));
  await client.allAcknowledged();
});

test("a port in use and a directory that cannot be written exit 1 and name it", async ({ lab }) => {
  const port = await freePort();
  const other = createServer().listen(port, "127.0.0.1");
  await once(other, "listening");
  lab.own({ close: () => void other.close() });
  const taken = await start(lab, await lab.dir(), port);
  expect(taken.exit).toEqual({ code: 1, signal: null });
  expect(taken.output).toContain(String(port));
  expect(taken.output).toMatch(/in use/i);

  const unwritable = `${await lab.dir()}/file`;
  await writeFile(unwritable, "not a directory");
  await chmod(unwritable, 0o400);
  const refused = await start(lab, unwritable, await freePort());
  expect(refused.exit).toEqual({ code: 1, signal: null });
  expect(refused.output).toContain(unwritable);
});

test("wrong values stop the program before it listens: exit 2, a line for each mistake", async ({
  lab,
}) => {
  const dir = await lab.dir();
  const args = ["--durability", "maybe", "--max-message-bytes", "lots", "--auth-secret", "short"];
  const { exit, output } = await start(lab, dir, await freePort(), args);
  expect(exit).toEqual({ code: 2, signal: null });
  const lines = output.trim().split("\n");
  expect(lines.filter((line) => /--durability.*maybe.*fsync.*process/.test(line))).toHaveLength(1);
  expect(lines.filter((line) => /--max-message-bytes.*lots/.test(line))).toHaveLength(1);
  expect(lines.filter((line) => /--auth-secret.*32/.test(line))).toHaveLength(1);

  const open = await start(lab, dir, await freePort(), ["--host", "0.0.0.0"]);
  expect(open.exit).toEqual({ code: 2, signal: null });
  expect(open.output).toContain("--allow-anonymous");
});
