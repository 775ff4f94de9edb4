import { type Patch, type Trace, TraceError, type Txn } from "./trace.js";

/** More authors than any session has, and few enough that each can have a document. */
const MAX_AGENTS = 1000;

/**
 * Checks a parsed file. Both formats become one: a sequential session is a history in which each
 * transaction has seen the one before it, and what a session started with is its first insertion.
 *
 * @throws TraceError `MALFORMED`, naming the place in the file.
 */
export function parseTrace(json: unknown): Trace {
  const file = record(json, "the file");
  const startContent = string(file.startContent ?? "", "startContent");
  const concurrent = file.kind === "concurrent";
  const agents = concurrent ? integer(file.numAgents, "numAgents", 1, MAX_AGENTS) : 1;
  const start: Txn[] =
    startContent === ""
      ? []
      : [{ agent: 0, parents: [], time: null, patches: [[0, 0, startContent]] }];
  const txns = array(file.txns, "txns").map((entry, position): Txn => {
    const place = `txns[${position}]`;
    const txn = record(entry, place);
    const previous = position + start.length - 1;
    return {
      agent: concurrent ? integer(txn.agent, `${place}.agent`, 0, agents - 1) : 0,
      parents: concurrent
        ? parentsOf(txn.parents, position, start.length)
        : [previous].filter((parent) => parent >= 0),
      time: timeOf(txn.time, place),
      patches: array(txn.patches, `${place}.patches`).map((patch, nth) =>
        patchOf(patch, `${place}.patches[${nth}]`),
      ),
    };
  });
  return {
    endContent: string(file.endContent, "endContent"),
    agents,
    txns: [...start, ...txns],
  };
}

/** Who has seen nothing else has seen what the session started with. */
function parentsOf(value: unknown, position: number, offset: number): number[] {
  const place = `txns[${position}].parents`;
  const parents = array(value, place).map(
    (parent, nth) => integer(parent, `${place}[${nth}]`, 0, position - 1) + offset,
  );
  return parents.length === 0 && offset > 0 ? [0] : parents;
}

function patchOf(value: unknown, place: string): Patch {
  const patch = array(value, place);
  return [
    integer(patch[0], `${place}[0]`, 0, Number.MAX_SAFE_INTEGER),
    integer(patch[1], `${place}[1]`, 0, Number.MAX_SAFE_INTEGER),
    string(patch[2], `${place}[2]`),
  ];
}

function timeOf(value: unknown, place: string): number | null {
  if (value === undefined || value === null) return null;
  const time = Date.parse(string(value, `${place}.time`));
  return Number.isNaN(time) ? fail(`${place}.time`, "a date") : time;
}

function record(value: unknown, place: string): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : fail(place, "an object");
}

function array(value: unknown, place: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(place, "an array");
}

function string(value: unknown, place: string): string {
  return typeof value === "string" ? value : fail(place, "a string");
}

function integer(value: unknown, place: string, min: number, max: number): number {
  const fits = typeof value === "number" && Number.isSafeInteger(value);
  return fits && value >= min && value <= max
    ? value
    : fail(place, `a whole number from ${min} to ${max}`);
}

function fail(place: string, expected: string): never {
  throw new TraceError("MALFORMED", `not a recorded session: ${place} must be ${expected}`);
}
