import { parseRoomName, type RoomName } from "@homeroom/protocol";
import { expect, onTestFinished } from "vitest";
import * as Y from "yjs";
import { type HomeClaims, soleHome } from "../../src/claims.js";
import type { Authenticator, Identity } from "../../src/edge/authenticator.js";
import { AuthError } from "../../src/edge/authenticator.js";
import type { ConnectionRequest } from "../../src/edge/connection.js";
import { Edge } from "../../src/edge/edge.js";
import type { EdgeLimits } from "../../src/edge/edge-limits.js";
import { RoomHost } from "../../src/home/room-host.js";
import type { Access } from "../../src/homes.js";
import type { RoomLimits } from "../../src/limits.js";
import { FakeSocket } from "./fake-socket.js";
import { FaultyStore } from "./faulty-store.js";
import { ManualClock } from "./manual-clock.js";
import { MortalClock, MortalStore } from "./mortal.js";
import { HocuspocusPeer, type Line, type Peer, type PeerOptions, YWebsocketPeer } from "./peer.js";
import { RecordingLogger, RecordingMeter } from "./recorders.js";

export interface LabOptions {
  readonly limits?: Partial<RoomLimits>;
  readonly edgeLimits?: Partial<EdgeLimits>;
  /** Everybody may write, unless a test says otherwise. */
  readonly authenticator?: Authenticator;
  /** Instead of some of what a process does that is alone. */
  readonly claims?: Partial<HomeClaims>;
}

type ConnectOptions = Partial<Omit<PeerOptions, "room" | "clock" | "dial">> & {
  /** Hocuspocus only: the second part of the address. */
  readonly session?: string;
  /** Hocuspocus only: a socket that other rooms are on. */
  readonly line?: Line;
  /** The client reads nothing from the start. */
  readonly stalled?: boolean;
};

/** A whole server in this process, on time and a store that tests own. */
export class Lab {
  readonly clock = new ManualClock();
  readonly store = new FaultyStore(this.clock);
  meter = new RecordingMeter();
  readonly logger = new RecordingLogger();
  readonly #options: LabOptions;
  readonly #peers: Peer[] = [];
  #epoch = 0;
  #process: ServerProcess;

  constructor(options: LabOptions = {}) {
    this.#options = options;
    this.#process = this.#start();
  }

  get host(): RoomHost {
    return this.#process.host;
  }

  get edge(): Edge {
    return this.#process.edge;
  }

  /** A socket with nothing said on it yet. */
  dial(request: Partial<ConnectionRequest> = {}): Line {
    const { edge, sockets } = this.#process;
    const socket = new FakeSocket(this.clock);
    const connection = edge.accept(socket, {
      path: "",
      token: null,
      acknowledgements: false,
      address: "127.0.0.1",
      ...request,
    });
    sockets.add(socket);
    socket.onEnd(() => {
      sockets.delete(socket);
      connection.closed();
    });
    return { socket, connection };
  }

  /** A y-websocket client, connected; with acknowledgements unless told otherwise. */
  yWebsocket(room: string, options: ConnectOptions = {}): YWebsocketPeer {
    const { acknowledged = true, token, stalled = false, ...rest } = options;
    const dial = (): Line => {
      const path = encodeURI(room);
      const line = this.dial({ path, token: token ?? null, acknowledgements: acknowledged });
      if (stalled) line.socket.stall();
      return line;
    };
    const peer = new YWebsocketPeer({ room, clock: this.clock, dial, acknowledged, ...rest });
    this.#peers.push(peer);
    return peer.connect();
  }

  /** A Hocuspocus client, connected. */
  hocuspocus(room: string, options: ConnectOptions = {}): HocuspocusPeer {
    const { line, ...rest } = options;
    const dial = (): Line => line ?? this.dial();
    const peer = new HocuspocusPeer({ room, clock: this.clock, dial, ...rest });
    this.#peers.push(peer);
    return peer.connect();
  }

  /** What a new process would find in the store. */
  async stored(room: string): Promise<Y.Doc> {
    const { snapshot, tail } = await this.store.open(roomName(room));
    const doc = new Y.Doc();
    for (const update of snapshot ? [snapshot, ...tail] : tail) Y.applyUpdate(doc, update);
    return doc;
  }

  /** Stops as a process does. */
  async stop(): Promise<void> {
    void this.edge.close();
    const closing = this.host.close();
    await this.clock.settle();
    await closing;
    await this.clock.settle();
  }

  /** A new process on the same store. */
  async restart(): Promise<void> {
    await this.stop();
    this.#process = this.#start();
  }

  /** The process is killed: nothing more is said, done or heard. A new one starts. */
  crash(): void {
    this.#process.clock.kill();
    this.#process.store.kill();
    const sockets = [...this.#process.sockets];
    this.#process = this.#start();
    for (const socket of sockets) socket.finishClosing();
  }

  /** Everything closed, and nothing left behind. */
  async finish(): Promise<void> {
    this.store.heal();
    await this.stop();
    for (const peer of this.#peers) peer.destroy();
    await this.clock.settle();
    expect(this.clock.timers, "timers left after closing").toBe(0);
    expect(this.edge.connections).toBe(0);
    expect(this.host.load).toEqual({ rooms: 0, sessions: 0 });
    for (const [state, rooms] of this.meter.rooms) expect([state, rooms]).toEqual([state, 0]);
    expect(this.meter.queued, "bytes still counted in the journal queue").toBe(0);
  }

  #start(): ServerProcess {
    const { logger } = this;
    const clock = new MortalClock(this.clock);
    const store = new MortalStore(this.store);
    const meter = new RecordingMeter();
    this.meter = meter;
    const { limits = {}, edgeLimits = {}, authenticator = everybody("write") } = this.#options;
    const home = { node: "lab", epoch: ++this.#epoch };
    const claims = { ...soleHome(home, store), ...this.#options.claims };
    const host = new RoomHost({ store, claims, clock, logger, meter, limits });
    const edge = new Edge({ homes: host, authenticator, clock, logger, meter, limits: edgeLimits });
    return { clock, store, host, edge, sockets: new Set() };
  }
}

interface ServerProcess {
  readonly clock: MortalClock;
  readonly store: MortalStore;
  readonly host: RoomHost;
  readonly edge: Edge;
  readonly sockets: Set<FakeSocket>;
}

/** A lab that is closed after the test, which fails where a timer or a session is left over. */
export function createLab(options: LabOptions = {}): Lab {
  const lab = new Lab(options);
  onTestFinished(() => lab.finish());
  return lab;
}

export function roomName(text: string): RoomName {
  const name = parseRoomName(text);
  if (!name) throw new Error(`not a room name: ${text}`);
  return name;
}

/** Whoever comes may do the same. */
export const everybody = (access: Access): Authenticator => ({
  authenticate: () => identity({ access }),
});

export function identity(options: {
  readonly access?: Access | "admin";
  readonly rooms?: readonly string[];
  readonly expiresAt?: number;
}): Identity {
  const { access = "write", rooms, expiresAt = null } = options;
  return {
    subject: null,
    name: null,
    expiresAt,
    accessTo: (room) => (!rooms || rooms.includes(room) ? access : null),
  };
}

/** Tokens are the names of identities; whatever is not listed is invalid. */
export const tokens = (known: Record<string, Identity>): Authenticator => {
  const identities = new Map(Object.entries(known));
  return {
    authenticate(token) {
      if (token === null) throw new AuthError("MISSING", "a token is needed");
      const found = identities.get(token);
      if (!found) throw new AuthError("INVALID", "the token is not valid");
      return found;
    },
  };
};
