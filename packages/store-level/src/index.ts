export { LevelStore, type LevelStoreOptions } from "./level-store.js";
export type { DamagedRoom } from "./quarantine.js";
export type { SalvagedRoom } from "./read-room.js";
