import { describe, expect, it } from "vitest";
import { type Answer, apiStub } from "./support/api-stub.js";
import { startHomeroom } from "./support/homeroom.js";
import { tell } from "./support/terminal.js";

const problem = (status: number, code: string, detail: string, headers = {}): Answer => ({
  status,
  headers,
  body: { status, code, title: "no", detail },
});

const node = (id: string, status: string, rooms: number) => ({
  id,
  incarnation: "7",
  status,
  url: "http://127.0.0.1:4001",
  rooms,
  sessions: 3,
  eventLoopLagMs: 1.23,
  heapBytes: 50 * 1024 ** 2,
  leaseAgeMs: 1234,
});

describe("CL16: nodes", () => {
  it("lists them as a table, and as JSON in the API's shape", async () => {
    const nodes = [node("coordinator-1", "active", 12), node("coordinator-2", "lost", 0)];
    const { url, requests } = await apiStub(() => ({ status: 200, body: { nodes } }));
    const { code, out } = await tell(["nodes", "--url", url, "--token", "t"]);
    expect(code).toBe(0);
    const text = out.join("\n");
    expect(text).toMatch(/node +│ status +│ url +│ rooms │ sessions/);
    expect(text).toMatch(/coordinator-1 │ active │ .+ │ +12 │ +3 │ 1\.2 ms │ 50 MiB │ 1\.2 s ago/);
    expect(text).toMatch(/coordinator-2 │ lost/);
    const printed = await tell(["nodes", "--url", url, "--json"]);
    expect(JSON.parse(printed.out.join("\n"))).toEqual({ nodes });
    expect(requests).toMatchObject([
      { line: "GET /api/v1/nodes", authorization: "Bearer t" },
      { authorization: undefined },
    ]);
  });

  it("lists the one node of a real Homeroom", async () => {
    const { url } = await startHomeroom({ nodeId: "alone" });
    const { out } = await tell(["nodes"], { HOMEROOM_URL: url });
    expect(out.join("\n")).toMatch(/alone │ active/);
  });
});

describe("CL17: move", () => {
  it("names the room as one segment, and says how long its edits waited", async () => {
    const body = { room: "docs/ä", from: "a", to: "b", epoch: 5, pausedMs: 12.34 };
    const { url, requests } = await apiStub(() => ({ status: 200, body }));
    const { code, out } = await tell(["move", "docs/ä", "--to", "b", "--url", url]);
    expect({ code, out }).toEqual({
      code: 0,
      out: ["docs/ä moved from a to b; its edits waited 12.3 ms"],
    });
    expect(requests).toMatchObject([
      { line: "POST /api/v1/rooms/docs%2F%C3%A4/move", body: '{"to":"b"}' },
    ]);
    const printed = await tell(["move", "docs/ä", "--to", "b", "--url", url, "--json"]);
    expect(JSON.parse(printed.out.join("\n"))).toEqual(body);
  });

  it("CL1: needs to know where to", async () => {
    expect(await tell(["move", "docs/a"])).toMatchObject({
      code: 2,
      out: [],
      err: ["--to: must be given: a node that homeroom nodes lists"],
    });
    expect((await tell(["move", "--to", "b"])).code).toBe(2);
  });

  it("asks a real Homeroom, whose only node it is", async () => {
    const { url } = await startHomeroom({ nodeId: "alone" });
    expect(await tell(["move", "a/b", "--to", "alone", "--url", url])).toMatchObject({
      code: 0,
      out: ["a/b is at home on alone already"],
    });
    expect(await tell(["move", "a/b", "--to", "nobody", "--url", url])).toMatchObject({
      code: 1,
      err: [`${url} answered 404: UNKNOWN_NODE: there is no node nobody here`],
    });
    const unnamable = await tell(["move", "a/../b", "--to", "alone", "--url", url]);
    expect(unnamable).toMatchObject({ code: 1, err: [expect.stringMatching(/ answered 400: /)] });
  });
});

describe("CL18: drain and resume", () => {
  it("begin, and say so", async () => {
    const { url, requests } = await apiStub(() => ({ status: 202, body: { id: "a" } }));
    expect(await tell(["drain", "a", "--url", url])).toMatchObject({
      code: 0,
      out: ["a gives its rooms away"],
      err: [],
    });
    expect(await tell(["resume", "a", "--url", url])).toMatchObject({
      code: 0,
      out: ["a takes rooms again"],
    });
    const printed = await tell(["drain", "a", "--url", url, "--json"]);
    expect(JSON.parse(printed.out.join("\n"))).toEqual({ id: "a" });
    expect(requests.map(({ line, body }) => [line, body])).toEqual([
      ["POST /api/v1/nodes/a/drain", ""],
      ["POST /api/v1/nodes/a/resume", ""],
      ["POST /api/v1/nodes/a/drain", ""],
    ]);
  });

  it("say why they cannot", async () => {
    const { url } = await startHomeroom({ nodeId: "alone" });
    expect(await tell(["drain", "alone", "--url", url])).toMatchObject({
      code: 1,
      out: [],
      err: [expect.stringMatching(/ answered 409: CONFLICT: this is the only node/)],
    });
    for (const command of ["drain", "resume"]) {
      const { code, err } = await tell([command, "nobody", "--url", url]);
      expect({ code, err }).toEqual({
        code: 1,
        err: [`${url} answered 404: UNKNOWN_NODE: there is no node nobody here`],
      });
      const away = await tell([command, "a", "--url", "http://127.0.0.1:9"]);
      expect(away.code).toBe(1);
      expect(away.err).toEqual([expect.stringMatching(/ cannot be reached: .+Is Homeroom/)]);
    }
    const busy = await apiStub(() =>
      problem(503, "UNAVAILABLE", "Redis does not answer", { "retry-after": "2" }),
    );
    expect(await tell(["drain", "a", "--url", busy.url])).toMatchObject({
      code: 1,
      err: [`${busy.url} answered 503: UNAVAILABLE: Redis does not answer (try again in 2 s)`],
    });
  });
});

describe("CL18: drain --wait", () => {
  /** Answers the order, and each look at the nodes with the next of `looks`. */
  const draining = (looks: readonly (readonly ReturnType<typeof node>[])[]) => {
    const left = [...looks];
    return apiStub(({ line }) => {
      if (line.startsWith("POST")) return { status: 202, body: { id: "a" } };
      const nodes = left.length > 1 ? left.shift() : left[0];
      return { status: 200, body: { nodes } };
    });
  };

  it("follows it until the node has no rooms", async () => {
    const other = node("b", "active", 0);
    const { url } = await draining([
      // What the node said of itself before it heard of the drain.
      [other, node("a", "active", 0)],
      [other, node("a", "draining", 1200)],
      [other, node("a", "draining", 1200)],
      [other, node("a", "draining", 3)],
      [other, node("a", "draining", 0)],
    ]);
    expect(await tell(["drain", "a", "--wait", "--url", url])).toEqual({
      code: 0,
      out: ["a has no rooms"],
      err: ["0 rooms to go", "1,200 rooms to go", "3 rooms to go", "0 rooms to go"],
    });
  });

  it.each([
    [[node("a", "lost", 5)], "a was lost before it had given all rooms away"],
    [[], "a was lost before it had given all rooms away"],
    [[node("a", "active", 5)], "a was resumed meanwhile"],
    [
      [node("a", "draining", 5)],
      "a still has 5 rooms after 1 s: the drain goes on (homeroom nodes); --timeout waits longer",
    ],
  ])("gives up at %j", async (then, message) => {
    const { url } = await draining([[node("a", "draining", 5)], then]);
    const { code, out, err } = await tell([
      "drain",
      "a",
      "--wait",
      "--timeout",
      "1s",
      "--url",
      url,
    ]);
    expect({ code, out, message: err.at(-1) }).toEqual({ code: 1, out: [], message });
  });
});
