import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Child, repository, tracesDir } from "@homeroom/testkit";
import { describe, expect } from "vitest";
import { documentOf } from "../support/room-api.js";
import { test } from "../support/test.js";

const traces = tracesDir();
if (traces === null) {
  process.stderr.write(
    "NOT RUN: no recorded sessions. Put them in ../shared/traces or set HOMEROOM_TRACES.\n",
  );
}

const endContent = (file: string): string =>
  (JSON.parse(gunzipSync(readFileSync(file)).toString()) as { endContent: string }).endContent;

describe.skipIf(traces === null)("homeroom replay", () => {
  test.for([
    "sveltecomponent",
    "friendsforever_flat",
    "friendsforever.concurrent",
    "automerge-paper",
  ])("%s is typed and ends as it was recorded", { timeout: 120_000 }, async (name, { lab }) => {
    const file = join(traces ?? "", `${name}.json.gz`);
    const server = await lab.homeroom();
    const replay = lab.own(
      await Child.start({
        command: process.execPath,
        args: [
          join(repository, "apps/cli/bin/homeroom.js"),
          ...["replay", file, "--url", server.url, "--room", `traces/${name}`],
        ],
        env: process.env,
      }),
    );
    const exit = await replay.exited;
    expect(exit, replay.output()).toEqual({ code: 0, signal: null });

    // Not only the command's own word: what the server holds is the recording.
    const stored = await documentOf(server, `traces/${name}`);
    const roots = [...stored.share.keys()];
    expect(roots).toHaveLength(1);
    expect(stored.getText(roots[0]).toString() === endContent(file)).toBe(true);
  });
});
