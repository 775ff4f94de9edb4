// node bench/capacity.mjs [constants.json]: what one process and what a hundred nodes hold, computed
// from what a benchmark has measured. Copy bench/capacity.json and put your own numbers in.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = process.argv[2] ?? fileURLToPath(new URL("./capacity.json", import.meta.url));
const { measured, assumed } = JSON.parse(readFileSync(path, "utf8"));
const m = Object.fromEntries(Object.entries(measured).map(([name, { value }]) => [name, value]));
const a = Object.fromEntries(Object.entries(assumed).map(([name, { value }]) => [name, value]));

const MIB = 2 ** 20;
const cpuMsPerSecond = 1_000 * a.coreShare;
const memory = a.processMiB * MIB - m.baseMiB * MIB;
const document = a.documentKiB * 1_024;

/** What people in one room, some of whom write, cost a process in a second. */
const editCpuUs = m.cpuPerEditUs + m.cpuPerDeliveryUs * (a.clientsPerRoom - 1);
const roomUpkeepUs = a.clientsPerRoom * m.connectionUpkeepUs;
const roomCpuMs = (a.writersPerRoom * a.editsPerSecond * editCpuUs + roomUpkeepUs) / 1_000;
const activeMemory = a.clientsPerRoom * m.connectionKiB * 1_024 + document * (1 + m.liveTimesSize);
const restingMemory = a.clientsPerRoom * m.connectionKiB * 1_024 + document * m.restingTimesSize;

const byCpu = cpuMsPerSecond / roomCpuMs;
const connectionsByCpu = (cpuMsPerSecond * 1_000) / m.connectionUpkeepUs;
const byMemory = memory / activeMemory;
const active = Math.min(byCpu, byMemory);
const editsPerSecond = active * a.writersPerRoom * a.editsPerSecond;

print("One process", [
  ["rooms in which somebody types, by processor", whole(byCpu)],
  ["rooms in which somebody types, by memory", whole(byMemory)],
  ["so many of them, and edits a second", `${whole(active)}, ${whole(editsPerSecond)}`],
  ["rooms that are only read, by memory", whole(memory / restingMemory)],
  ["connections that do nothing, by processor", whole(connectionsByCpu)],
  ["connections that do nothing, by memory", whole(memory / (m.connectionKiB * 1_024))],
  ["joins a second into a large document", whole(cpuMsPerSecond / m.cpuPerJoinMs)],
  ["cold opens a second of a large document", whole(cpuMsPerSecond / m.cpuPerColdOpenMs)],
]);

/** A busy process gathers a room's edits in a record, so that Redis hears of a room, not of edits. */
const roomEditsPerSecond = a.writersPerRoom * a.editsPerSecond;
const redisCommandsPerEdit = Math.min(1, m.redisCommandsPerRoomSecond / roomEditsPerSecond);
const perCluster = m.clusterCpuFactor;
const rooms = (active / perCluster) * a.coordinators;
const edits = rooms * a.writersPerRoom * a.editsPerSecond;
print(`${a.coordinators} coordinators`, [
  ["rooms in which somebody types", whole(rooms)],
  ["edits a second", whole(edits)],
  ["rooms that are only read", whole((memory / restingMemory) * a.coordinators)],
  ["Redis commands a second", whole(edits * redisCommandsPerEdit)],
  ["MB a second to Redis", ((edits * m.redisBytesPerEdit) / 1e6).toFixed(1)],
  [
    "Redis shards, at the commands each takes",
    whole(Math.ceil((edits * redisCommandsPerEdit) / a.redisCommandsPerShard)),
  ],
]);

const herdCpuMs = a.herdRooms * (m.clusterOpenCpuMs + m.cpuPerColdOpenMs);
print(`A node with ${whole(a.herdRooms)} rooms is lost`, [
  ["processor time to open them again, s", (herdCpuMs / 1_000).toFixed(1)],
  [
    `over ${a.coordinators - 1} others, s`,
    (herdCpuMs / cpuMsPerSecond / (a.coordinators - 1)).toFixed(2),
  ],
  ["over 2 others, s", (herdCpuMs / cpuMsPerSecond / 2).toFixed(1)],
  ["Redis commands", whole(a.herdRooms * m.redisCommandsPerOpen)],
]);

function print(title, rows) {
  const lines = rows.map(([what, value]) => `| ${what} | ${value} |`);
  console.log([`| ${title} | |`, "| --- | ---: |", ...lines, ""].join("\n"));
}

function whole(value) {
  return Math.floor(value).toLocaleString("en");
}
