import { RawClient, type RawClientOptions } from "./client/raw-client.js";
import { StockHocuspocus, type StockHocuspocusOptions } from "./client/stock-hocuspocus.js";
import {
  type StockYWebsocket,
  type StockYWebsocketOptions,
  stockYWebsocket,
} from "./client/stock-y-websocket.js";
import { FaultProxy } from "./fault/proxy.js";
import { type HomeroomOptions, type HomeroomProcess, startHomeroom } from "./process/homeroom.js";
import { type RedisOptions, type RedisProcess, startRedis } from "./process/redis.js";
import { tempDir } from "./temp-dir.js";

interface Closable {
  close(): void | Promise<void>;
}

type Where = Pick<HomeroomProcess, "wsUrl">;

/** Everything that one test starts; `close` ends it, the newest first. */
export class Lab {
  readonly #owned: Closable[] = [];
  readonly #processes: HomeroomProcess[] = [];

  /** Ends `resource` with the test. */
  own<T extends Closable>(resource: T): T {
    this.#owned.push(resource);
    return resource;
  }

  /** A new empty directory. */
  async dir(): Promise<string> {
    return this.own(await tempDir()).path;
  }

  /** A Homeroom in one process, with a data directory of its own unless it is given one. */
  async homeroom(options: Partial<HomeroomOptions> = {}): Promise<HomeroomProcess> {
    const dataDir = options.dataDir ?? (await this.dir());
    const started = this.own(await startHomeroom({ ...options, dataDir }));
    this.#processes.push(started);
    return started;
  }

  async redis(options?: RedisOptions): Promise<RedisProcess> {
    return this.own(await startRedis(options));
  }

  async proxy(target: { readonly port: number }): Promise<FaultProxy> {
    return this.own(await FaultProxy.start({ port: target.port }));
  }

  /** Opens a socket and says nothing. */
  async connect(server: Where, room: string, options?: RawClientOptions): Promise<RawClient> {
    return this.own(await RawClient.connect(server.wsUrl, room, options));
  }

  /** A raw client that is synced. */
  async join(server: Where, room: string, options?: RawClientOptions): Promise<RawClient> {
    return this.own(await RawClient.join(server.wsUrl, room, options));
  }

  yWebsocket(server: Where, room: string, options?: StockYWebsocketOptions): StockYWebsocket {
    return this.own(stockYWebsocket(server.wsUrl, room, options));
  }

  hocuspocus(server: Where, options?: StockHocuspocusOptions): StockHocuspocus {
    return this.own(new StockHocuspocus(server.wsUrl, options));
  }

  /** What the last processes wrote, for the report of a failure. */
  output(): string {
    return this.#processes
      .slice(-3)
      .map(
        (each) => `--- homeroom ${each.pid} on port ${each.port}\n${each.output().slice(-8_192)}`,
      )
      .join("\n");
  }

  /** Ends all of it. @throws AggregateError where something would not end */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const resource of this.#owned.splice(0).reverse()) {
      try {
        await resource.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, "a resource of the test did not end");
  }
}
