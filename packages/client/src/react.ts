export { type Connection, useConnection } from "./react/connection.js";
export { type Identity, usePeople, useSelf } from "./react/people.js";
export {
  HomeroomRoom,
  type HomeroomRoomProps,
  type Room,
  useDoc,
  useRoom,
} from "./react/room.js";
export { useSaveState } from "./react/save-state.js";
