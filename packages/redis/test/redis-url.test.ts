import { describe, expect, test } from "vitest";
import { parseRedisUrl } from "../src/index.js";

describe("one server", () => {
  test.each([
    ["redis://127.0.0.1", { host: "127.0.0.1", port: 6_379, tls: false, database: 0 }],
    ["redis://localhost:7000/3", { host: "localhost", port: 7_000, tls: false, database: 3 }],
    ["rediss://cache.example:80", { host: "cache.example", port: 80, tls: true, database: 0 }],
    ["redis://[::1]:7000", { host: "::1", port: 7_000, tls: false, database: 0 }],
  ])("%s", (url, expected) => {
    expect(parseRedisUrl(url)).toEqual({ mode: "single", ...expected });
  });

  test("credentials are percent-decoded", () => {
    expect(parseRedisUrl("redis://ada:p%40ss%2C@h")).toMatchObject({
      username: "ada",
      password: "p@ss,",
    });
    expect(parseRedisUrl("redis://:secret@h")).not.toHaveProperty("username");
  });
});

test("several servers are a Redis Cluster", () => {
  const nodes = [
    { host: "a", port: 7_000 },
    { host: "b", port: 6_379 },
  ];
  const expected = { mode: "cluster", nodes, tls: false, database: 0, password: "secret" };
  expect(parseRedisUrl("redis://:secret@a:7000,redis://b")).toEqual(expected);
  expect(parseRedisUrl("redis://:secret@a:7000, b")).toEqual(expected);
});

test("Sentinel", () => {
  expect(parseRedisUrl("redis+sentinel://:secret@a:1,b/primary/2")).toEqual({
    mode: "sentinel",
    sentinels: [
      { host: "a", port: 1 },
      { host: "b", port: 26_379 },
    ],
    name: "primary",
    password: "secret",
    tls: false,
    database: 2,
  });
});

test.each([
  ["", "begins with redis://"],
  ["localhost:6379", "begins with redis://"],
  ["http://localhost", "begins with redis://"],
  ["redis://", "is not a URL with a host"],
  ["redis://host:notaport", "is not a URL"],
  ["redis://host/one", "the database is a number"],
  ["redis://a,b/1", "a Redis Cluster has no databases"],
  ["redis+sentinel://a,b", "/name of the primary"],
  ["redis+sentinel://a/name/0/more", "/name of the primary"],
])("%j is refused: %s", (url, message) => {
  expect(() => parseRedisUrl(url)).toThrow(message);
  expect(() => parseRedisUrl(url)).toThrow(RangeError);
});

test("what is wrong is said without the password", () => {
  try {
    parseRedisUrl("redis://:hunter2@host:x");
    expect.unreachable();
  } catch (error) {
    expect(String(error)).not.toContain("hunter2");
    expect(String((error as Error).cause)).not.toContain("hunter2");
  }
});
