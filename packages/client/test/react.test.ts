// @vitest-environment jsdom
import { eventually } from "@homeroom/testkit";
import { act, cleanup, render, screen } from "@testing-library/react";
import { createElement, type ReactNode, StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import { Doc } from "yjs";
import { HomeroomProvider, type HomeroomProviderOptions } from "../src/index.js";
import {
  HomeroomRoom,
  type HomeroomRoomProps,
  type Room,
  useConnection,
  useDoc,
  usePeople,
  useRoom,
  useSaveState,
  useSelf,
} from "../src/react.js";
import { ScriptedServer } from "./scripted-server.js";

// React warns of updates outside `act` where this is not set.
vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

let server: ScriptedServer;

beforeEach(async () => {
  server = await ScriptedServer.start();
});

afterEach(async () => {
  cleanup();
  await server.kill();
});

const options: HomeroomProviderOptions = {
  WebSocketPolyfill: WebSocket,
  disableBc: true,
  maxBackoffTime: 50,
};

/** A room with these components inside, in StrictMode, which does everything twice. */
const inRoom = (
  children: ReactNode,
  props: Partial<HomeroomRoomProps> = {},
): ReturnType<typeof createElement> =>
  createElement(
    StrictMode,
    null,
    createElement(HomeroomRoom, {
      serverUrl: server.url,
      room: "minutes",
      options,
      ...props,
      children,
    }),
  );

/** Waits as `eventually` does, and lets React render meanwhile. */
const settles = (condition: () => unknown): Promise<void> =>
  act(async () => {
    await eventually(() => Boolean(condition()));
  });
const text = (): string => screen.getByTestId("out").textContent;
const Out = (props: { children?: ReactNode }): ReactNode =>
  createElement("p", { "data-testid": "out" }, props.children);

/** Rooms that were rendered, in order, each once. */
const seen: Room[] = [];
const Seen = (): ReactNode => {
  const room = useRoom();
  if (seen.at(-1) !== room) seen.push(room);
  return null;
};

afterEach(() => {
  seen.length = 0;
});

const Calls = ({ hook }: { hook: () => unknown }): ReactNode => {
  hook();
  return null;
};

const Saving = (): ReactNode => {
  const { state, unsavedChanges } = useSaveState();
  const isSame = useDoc() === useRoom().doc;
  return createElement(Out, null, `${state} ${unsavedChanges} ${isSame}`, createElement(Seen));
};

const Connected = (): ReactNode => {
  const { status, synced } = useConnection();
  return createElement(Out, null, `${status} ${synced}`);
};

/** How often `People` was rendered. */
let rendered = 0;
const People = (): ReactNode => {
  const people = usePeople();
  rendered++;
  return createElement(Out, null, people.map(({ name }) => name).join(), createElement(Seen));
};

let changeSelf: ReturnType<typeof useSelf>[1] = () => {};
const Self = (): ReactNode => {
  const [self, change] = useSelf();
  changeSelf = change;
  return createElement(Out, null, `${self.name} ${self.color}`, createElement(Seen));
};

const Given = ({ provider }: { provider: HomeroomProvider }): ReactNode => {
  const { state } = useSaveState(provider);
  const { status } = useConnection(provider);
  const people = usePeople(provider.awareness);
  const [self] = useSelf(provider.awareness);
  return createElement(Out, null, [state, status, people.length, self.isSelf].join(" "));
};

describe("HomeroomRoom", () => {
  it("RE1: leaves one connection in StrictMode, and none after it is gone", async () => {
    const view = render(inRoom(createElement(Seen)));
    await settles(() => seen.at(-1)?.provider.saveState === "saved");
    const { provider, doc } = seen.at(-1) as Room;
    await settles(() => server.open === 1);
    const destroyed = vi.fn();
    doc.on("destroy", destroyed);
    view.unmount();
    expect(destroyed).toHaveBeenCalledOnce();
    expect(provider.connection).toBe("disconnected");
    await settles(() => server.open === 0);
  });

  it("RE2: another room is another document, and nothing is rendered with a closed one", async () => {
    const view = render(inRoom(createElement(Seen)));
    await settles(() => seen.at(-1)?.provider.saveState === "saved");
    const first = seen.at(-1) as Room;
    view.rerender(inRoom(createElement(Seen), { room: "agenda" }));
    const second = seen.at(-1) as Room;
    expect(second.doc).not.toBe(first.doc);
    expect(second.provider.roomname).toBe("agenda");
    expect(first.provider.connection).toBe("disconnected");
    await settles(() => server.last.url === "/agenda?ack=1" && server.open === 1);
  });

  it("RE3: a new token, or a new function, reopens nothing and is used for the next connection", async () => {
    const view = render(inRoom(createElement(Seen), { token: () => "one" }));
    await settles(() => seen.at(-1)?.provider.saveState === "saved");
    const room = seen.at(-1);
    expect(server.last.url).toBe("/minutes?token=one&ack=1");
    view.rerender(inRoom(createElement(Seen), { token: async () => "two" }));
    expect(seen.at(-1)).toBe(room);
    server.last.close(4401, "token expired");
    await settles(() => server.last.url === "/minutes?token=two&ack=1");
    view.rerender(inRoom(createElement(Seen), { token: "three" }));
    await settles(() => seen.at(-1)?.provider.saveState === "saved");
    server.last.close(4401, "token expired");
    await settles(() => server.last.url === "/minutes?token=three&ack=1");
    expect(seen.at(-1)).toBe(room);
  });

  it("RE4: fills the document from a local store first", async () => {
    const load = async (doc: Doc): Promise<void> => doc.getText("text").insert(0, "kept");
    render(inRoom(createElement(Seen), { load }));
    await settles(() => seen.at(-1)?.provider.saveState === "saved");
    expect(server.doc.getText("text").toString()).toContain("kept");
  });

  it("RE5: renders its fallback on a server, and connects to nothing", () => {
    const fallback = createElement("p", null, "Opening");
    expect(renderToString(inRoom(createElement(Seen), { fallback }))).toBe("<p>Opening</p>");
    expect(server.connections).toHaveLength(0);
  });

  it("RE6: a hook outside of it says what is missing", () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    for (const hook of [useDoc, useRoom, useSaveState, useConnection, usePeople, useSelf]) {
      expect(() => render(createElement(Calls, { hook }))).toThrow(
        expect.objectContaining({ code: "no-room" }),
      );
    }
    error.mockRestore();
  });
});

describe("hooks", () => {
  it("RE7: useDoc and useSaveState follow what is written", async () => {
    server.autoAcknowledge = false;
    render(inRoom(createElement(Saving)));
    await settles(() => server.connections.at(-1)?.counted.length === 1);
    expect(text()).toBe("connecting 0 true");
    act(() => seen.at(-1)?.doc.getText("text").insert(0, "a"));
    expect(text()).toBe("saving 1 true");
    await settles(() => server.last.counted.length === 2);
    server.last.acknowledge();
    await settles(() => text() === "saved 0 true");
  });

  it("RE8: useConnection follows the connection", async () => {
    render(inRoom(createElement(Connected)));
    expect(text()).toBe("connecting false");
    await settles(() => text() === "connected true");
    await server.kill();
    await settles(() => text() === "connecting false");
    await server.listen();
    await settles(() => text() === "connected true");
    server.last.close(4403, "not allowed");
    await settles(() => text() === "disconnected false");
  });

  it("RE9: usePeople renders when somebody comes, goes or is renamed, not when a caret moves", async () => {
    render(inRoom(createElement(People)));
    await settles(() => seen.at(-1)?.provider.saveState === "saved");
    const { awareness } = (seen.at(-1) as Room).provider;
    const other = new Awareness(new Doc());
    const tell = (state: Record<string, unknown> | null): void => {
      other.setLocalState(state);
      const update = encodeAwarenessUpdate(other, [other.clientID]);
      act(() => applyAwarenessUpdate(awareness, update, "test"));
    };
    expect(text()).toBe("Anonymous");
    tell({ user: { name: "Ada" } });
    expect(text()).toBe("Anonymous,Ada");
    const before = rendered;
    for (let caret = 0; caret < 5; caret++) tell({ user: { name: "Ada" }, caret });
    expect(rendered).toBe(before);
    tell({ user: { name: "Grace" } });
    expect(text()).toBe("Anonymous,Grace");
    tell(null);
    expect(text()).toBe("Anonymous");
    other.destroy();
    other.doc.destroy();
  });

  it("RE10: useSelf names and colours oneself, and keeps what others may read there", async () => {
    render(inRoom(createElement(Self)));
    const { awareness } = (seen.at(-1) as Room).provider;
    act(() => awareness.setLocalStateField("user", { team: "north" }));
    act(() => changeSelf({ name: "Ada" }));
    act(() => changeSelf({ color: "#C2410C" }));
    expect(text()).toBe("Ada #c2410c");
    expect(awareness.getLocalState()).toEqual({
      user: { team: "north", name: "Ada", color: "#C2410C" },
    });
  });

  it("RE11: hooks take a provider or an awareness of one's own, and leave no listener", async () => {
    const doc = new Doc();
    const provider = new HomeroomProvider(server.url, "minutes", doc, options);
    const count = (): number =>
      [provider._observers, provider.awareness._observers]
        .flatMap((observers) => [...observers.values()])
        .reduce((sum, { size }) => sum + size, 0);
    const before = count();
    const view = render(createElement(StrictMode, null, createElement(Given, { provider })));
    await settles(() => text() === "saved connected 1 true");
    expect(count()).toBeGreaterThan(before);
    view.unmount();
    expect(count()).toBe(before);
    provider.destroy();
    doc.destroy();
  });
});
