import { LevelStore } from "@homeroom/store-level";
import { eventually, tempDir } from "@homeroom/testkit";
import { expect, test } from "vitest";
import { silent } from "./support/loggers.js";
import { rejection } from "./support/rejection.js";
import { runScript } from "./support/run-script.js";

test("SL11 a directory that another process has open is refused, until that process ends", async () => {
  const directory = await tempDir();
  const holder = await runScript("holder.ts", [directory.path]);
  try {
    await holder.waitForOutput(/open/);
    const refused = await rejection(LevelStore.open({ directory: directory.path, logger: silent }));
    expect(refused).toMatchObject({
      name: "StoreError",
      code: "LOCKED",
      message: expect.stringContaining("in use by another process"),
    });
    holder.kill("SIGKILL");
    await holder.exited;
    const store = await eventually(
      () => LevelStore.open({ directory: directory.path, logger: silent }),
      { within: 5_000, message: () => "the lock of a dead process is free" },
    );
    await store.close();
  } finally {
    await holder.close();
    await directory.close();
  }
});

test("SL11 the same process cannot open a directory twice", async () => {
  const directory = await tempDir();
  const store = await LevelStore.open({ directory: directory.path, logger: silent });
  const second = LevelStore.open({ directory: directory.path, logger: silent });
  expect(await rejection(second)).toMatchObject({ code: "LOCKED" });
  await store.close();
  await (await LevelStore.open({ directory: directory.path, logger: silent })).close();
  await directory.close();
});
