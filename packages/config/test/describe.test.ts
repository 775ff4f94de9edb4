import {
  describeFlags,
  describeSettings,
  parseTable,
  settingsTable,
  tableOf,
  toggle,
  unknownVariables,
} from "@homeroom/config";
import { expect, it } from "vitest";

it("describes a flag with its default and variable", () => {
  const flags = describeFlags(tableOf("coordinator"));
  expect(flags).toContainEqual({
    flags: "--port <port>",
    negated: null,
    description: "port to listen on; 0 lets the system choose (default: 4001; HOMEROOM_PORT)",
  });
  expect(flags).toContainEqual({
    flags: "--log-pretty",
    negated: "--no-log-pretty",
    description:
      "logs for people instead of JSON lines (default: on a terminal; HOMEROOM_LOG_PRETTY)",
  });
});

it("CF1: a flag of one call has no variable", () => {
  const table = {
    json: {
      flag: "json",
      value: toggle,
      default: "false",
      description: "print JSON",
      flagOnly: true,
    },
  } as const;
  expect(describeFlags(table)).toEqual([
    { flags: "--json", negated: null, description: "print JSON" },
  ]);
  const parsed = parseTable<{ json: boolean }>(table, {}, { HOMEROOM_JSON: "true" });
  expect(parsed).toEqual({ ok: true, settings: { json: false } });
});

it("has SETTINGS.md up to date (vitest -u writes it)", async () => {
  await expect(describeSettings()).toMatchFileSnapshot("../SETTINGS.md");
});

it("CF13: names variables that mean nothing", () => {
  const env = { HOMEROOM_PROT: "1", HOMEROOM_PORT: "1", HOMEROOM_TOKEN: "t", PATH: "/bin" };
  expect(unknownVariables(env, ["HOMEROOM_TOKEN"])).toEqual(["HOMEROOM_PROT"]);
});

it("every setting belongs to a command", () => {
  for (const { commands } of Object.values(settingsTable)) expect(commands).not.toEqual([]);
});
