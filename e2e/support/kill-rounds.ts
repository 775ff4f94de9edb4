import { setTimeout as pause } from "node:timers/promises";
import {
  assertNothingInvented,
  assertNothingLost,
  eventually,
  freePort,
  type HomeroomProcess,
  type Lab,
  type Random,
  runHomeroom,
  Writer,
  waitForConvergence,
  writeOverHocuspocus,
  writeOverYWebsocket,
} from "@homeroom/testkit";
import { documentOf } from "./room-api.js";

/** Writers and the room that they write in. */
interface Team {
  readonly room: string;
  /** Of y-websocket, with which the first one writes; the second one uses Hocuspocus. */
  readonly version: 2 | 3;
  readonly writers: readonly [Writer, Writer];
}

export interface KillRounds {
  readonly lab: Lab;
  readonly random: Random;
  readonly rounds: number;
  /** Average time between two edits of one writer, in milliseconds. */
  readonly every: number;
  /** Bytes that each edit replaces beside its id: what makes journals grow and documents not. */
  readonly ballast?: number;
  /** Resolves when the server may be killed; a random while unless given. */
  readonly moment?: (server: HomeroomProcess) => Promise<void>;
}

/**
 * Kills a server again and again while four stock clients of three kinds write, and checks each
 * time, before any client can give back what it has, that the server alone still holds every edit
 * that it acknowledged. @returns how many edits were acknowledged
 */
export async function killRounds(options: KillRounds): Promise<number> {
  const { lab, random, rounds, every, ballast = 0 } = options;
  const moment = options.moment ?? (() => pause(random.integer(20, 250)));
  let server = await lab.homeroom();
  const { dataDir, port } = server;
  // Clients come through a proxy, which keeps them out until the server has been looked at.
  const proxy = await lab.proxy({ port });
  const wsUrl = `ws://127.0.0.1:${proxy.port}`;
  const writer = (name: string) => new Writer(name, random.fork(), { ballast });
  const teams: readonly Team[] = [
    { room: "kill/one", version: 3, writers: [writer("ada"), writer("bob")] },
    { room: "kill/two", version: 2, writers: [writer("cai"), writer("dee")] },
  ];
  const writers = teams.flatMap((team) => team.writers);
  const connected = teams.flatMap(({ room, version, writers: [one, two] }) => {
    const y = lab.own(writeOverYWebsocket(one, wsUrl, room, { version }));
    const h = lab.own(writeOverHocuspocus(two, wsUrl, room));
    return [
      { synced: () => y.synced, story: () => y.closes },
      { synced: () => h.rooms[0]?.synced === true, story: () => h.closes },
    ];
  });
  const everybodyConnects = () =>
    eventually(() => connected.every(({ synced }) => synced()), {
      within: 15_000,
      message: () => {
        const away = connected.filter(({ synced }) => !synced());
        return `every client is back, ${JSON.stringify(away.map(({ story }) => story().slice(-3)))}`;
      },
    });

  await everybodyConnects();
  for (let round = 1; round <= rounds; round++) {
    for (const each of writers) each.type(every);
    await moment(server);
    await proxy.refuse();
    server.kill("SIGKILL");
    await server.exited;
    for (const each of writers) each.rest();
    if (random.chance(0.2)) await killWhileStarting(dataDir, random);
    server = await lab.homeroom({ dataDir, port });
    for (const team of teams) await check(server, team);
    await proxy.accept();
    await everybodyConnects();
  }

  await eventually(() => writers.every(({ waiting }) => waiting === 0), {
    within: 15_000,
    message: () => `all edits are acknowledged, ${writers.map(({ waiting }) => waiting)} wait`,
  });
  for (const team of teams) {
    const stored = await documentOf(server, team.room);
    await waitForConvergence([stored, ...team.writers.map(({ doc }) => doc)]);
    await check(server, team);
  }
  return writers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
}

async function check(server: HomeroomProcess, { room, writers }: Team): Promise<void> {
  if (writers.every(({ acknowledged }) => acknowledged.size === 0)) return;
  const stored = await documentOf(server, room);
  assertNothingLost(stored, writers);
  assertNothingInvented(stored, writers);
}

/** A start that does not come to its end. */
async function killWhileStarting(dataDir: string, random: Random): Promise<void> {
  const child = await runHomeroom({ dataDir, port: await freePort() });
  await pause(random.integer(0, 500));
  await child.close();
}
