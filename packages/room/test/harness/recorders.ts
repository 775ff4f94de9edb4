import type { Logger, Meter, RefusalReason, RoomStateName } from "../../src/ports.js";

/** Counts what the engine reports. */
export class RecordingMeter implements Meter {
  readonly refusals: RefusalReason[] = [];
  readonly rooms = new Map<RoomStateName, number>();
  readonly acknowledgements: number[] = [];
  readonly flushes: { readonly rooms: number; readonly bytes: number }[] = [];
  readonly flushFailures: string[] = [];
  updates = 0;
  transactions = 0;
  broadcasts = 0;
  snapshots = 0;
  quarantines = 0;
  slowReaders = 0;
  queued = 0;

  updateReceived(): void {
    this.updates++;
  }
  broadcast(): void {
    this.broadcasts++;
  }
  applied(): void {
    this.transactions++;
  }
  flushed(rooms: number, bytes: number): void {
    this.flushes.push({ rooms, bytes });
  }
  flushFailed(code: string): void {
    this.flushFailures.push(code);
  }
  acknowledged(ms: number): void {
    this.acknowledgements.push(ms);
  }
  journalQueue(bytes: number): void {
    this.queued = bytes;
  }
  refused(reason: RefusalReason): void {
    this.refusals.push(reason);
  }
  roomState(from: RoomStateName | null, to: RoomStateName | null): void {
    if (from) this.rooms.set(from, (this.rooms.get(from) ?? 0) - 1);
    if (to) this.rooms.set(to, (this.rooms.get(to) ?? 0) + 1);
  }
  snapshot(): void {
    this.snapshots++;
  }
  quarantined(): void {
    this.quarantines++;
  }
  slowReader(): void {
    this.slowReaders++;
  }
}

type Level = "debug" | "info" | "warn" | "error";

/** Keeps what was logged. */
export class RecordingLogger implements Logger {
  readonly lines: { readonly level: Level; readonly fields: object; readonly message: string }[] =
    [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: "debug", fields, message });
  }
  info(fields: object, message: string): void {
    this.lines.push({ level: "info", fields, message });
  }
  warn(fields: object, message: string): void {
    this.lines.push({ level: "warn", fields, message });
  }
  error(fields: object, message: string): void {
    this.lines.push({ level: "error", fields, message });
  }
}
