import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import type { Awareness } from "y-protocols/awareness";
import { Doc } from "yjs";
import { HomeroomClientError } from "../errors.js";
import type { HomeroomProviderOptions } from "../options.js";
import { HomeroomProvider } from "../provider.js";
import type { Token } from "../token/token-source.js";

/** A document and its connection; both end when the component that opened them goes away. */
export interface Room {
  readonly doc: Doc;
  readonly provider: HomeroomProvider;
}

export interface HomeroomRoomProps {
  /** `wss://…`, without the room. Another one opens another document. */
  readonly serverUrl: string;
  /** The plain name. Another one opens another document. */
  readonly room: string;
  /** The latest value or function is used whenever a token is needed; it reopens nothing. */
  readonly token?: Token | undefined;
  /** Fills the document from a local store, such as y-indexeddb, before it is connected. */
  readonly load?: (doc: Doc) => Promise<unknown>;
  /** Read when the document is opened. */
  readonly options?: Omit<HomeroomProviderOptions, "token" | "loaded">;
  /** Shown until the document is opened, which is one render, and on a server. */
  readonly fallback?: ReactNode;
  readonly children?: ReactNode;
}

const RoomContext = createContext<Room | null>(null);

/**
 * Opens a document for the components inside it.
 *
 *     <HomeroomRoom serverUrl="wss://example.org" room="minutes">
 *       <Editor />
 *     </HomeroomRoom>
 */
export function HomeroomRoom(props: HomeroomRoomProps): ReactNode {
  return createElement(OpenRoom, { ...props, key: JSON.stringify([props.serverUrl, props.room]) });
}

/** One document for its whole life. It is opened by an effect, so that every one is closed. */
function OpenRoom(props: HomeroomRoomProps): ReactNode {
  const [opened, setOpened] = useState<Room | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const room = openRoom(latest);
    setOpened(room);
    return () => {
      setOpened(null);
      room.provider.destroy();
      room.doc.destroy();
    };
  }, []);
  if (opened === null) return props.fallback;
  return createElement(RoomContext.Provider, { value: opened }, props.children);
}

function openRoom(latest: { readonly current: HomeroomRoomProps }): Room {
  const { serverUrl, room, token, load, options } = latest.current;
  const doc = new Doc();
  const provider = new HomeroomProvider(serverUrl, room, doc, {
    ...options,
    ...(load !== undefined && { loaded: load(doc) }),
    ...(token !== undefined && { token: () => currentToken(latest.current.token) }),
  });
  return { doc, provider };
}

const currentToken = (token: Token = ""): string | Promise<string> =>
  typeof token === "function" ? token() : token;

/** The document and the provider of the `HomeroomRoom` around. @throws HomeroomClientError `no-room` */
export function useRoom(): Room {
  return inside(useContext(RoomContext));
}

/** The document of the `HomeroomRoom` around. @throws HomeroomClientError `no-room` */
export function useDoc(): Doc {
  return useRoom().doc;
}

/** What was given, or the provider of the `HomeroomRoom` around. */
export function useProvider(given: HomeroomProvider | undefined): HomeroomProvider {
  const room = useContext(RoomContext);
  return given ?? inside(room).provider;
}

/** What was given, or the awareness of the `HomeroomRoom` around. */
export function useAwareness(given: Awareness | undefined): Awareness {
  const room = useContext(RoomContext);
  return given ?? inside(room).provider.awareness;
}

function inside(room: Room | null): Room {
  if (room === null) throw new HomeroomClientError("no-room");
  return room;
}
