import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { runCommand, tracesDir } from "@homeroom/testkit";
import { expect } from "vitest";
import { documentOf } from "../support/room-api.js";
import { skipWithout } from "../support/skip.js";
import { test } from "../support/test.js";

const traces = tracesDir();
const endContent = (file: string): string =>
  (JSON.parse(gunzipSync(readFileSync(file)).toString()) as { endContent: string }).endContent;

test.for([
  "sveltecomponent",
  "friendsforever_flat",
  "friendsforever.concurrent",
  "automerge-paper",
])(
  "homeroom replay: %s is typed and ends as it was recorded",
  { timeout: 300_000 },
  async (name, { lab, task, skip }) => {
    const missing = "no recorded sessions in ../shared/traces or HOMEROOM_TRACES";
    skipWithout(traces, { task, skip }, missing);
    const file = join(traces ?? "", `${name}.json.gz`);
    const server = await lab.homeroom();
    const replay = lab.own(
      await runCommand(["replay", file, "--url", server.url, "--room", `traces/${name}`]),
    );
    const exit = await replay.exited;
    expect(exit, replay.output()).toEqual({ code: 0, signal: null });

    // Not only the command's own word: what the server holds is the recording.
    const stored = await documentOf(server, `traces/${name}`);
    const roots = [...stored.share.keys()];
    expect(roots).toHaveLength(1);
    expect(stored.getText(roots[0]).toString() === endContent(file)).toBe(true);
  },
);
