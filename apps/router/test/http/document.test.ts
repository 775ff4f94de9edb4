import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { room } from "../auth/support.js";
import { startRouter } from "../support/start-router.js";
import { call } from "./call.js";

const OCTETS = "application/octet-stream";

function update(edit: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc();
  edit(doc);
  return Y.encodeStateAsUpdate(doc);
}

/** A router whose room `a` holds what `edit` writes. */
async function start(edit: (doc: Y.Doc) => void, http = {}) {
  const router = await startRouter({ http });
  const document = update(edit);
  router.rooms.documents.set(room("a"), document);
  const get = (query: string) => call(`${router.url}/api/v1/rooms/a/document${query}`);
  return { ...router, document, get };
}

describe("DV1: as an update", () => {
  it("is the whole document, byte for byte", async () => {
    const { url, document } = await start((doc) => doc.getText("t").insert(0, "hello"));
    for (const query of ["", "?as=update"]) {
      const response = await fetch(`${url}/api/v1/rooms/a/document${query}`);
      expect(response.headers.get("content-type")).toBe(OCTETS);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(Buffer.from(bytes).equals(document)).toBe(true);
    }
  });

  it("is 404 for an absent room, in any form", async () => {
    const { url } = await start(() => undefined);
    for (const as of ["update", "text", "json"]) {
      const answer = await call(`${url}/api/v1/rooms/b/document?as=${as}&root=t`);
      expect(answer).toMatchObject({ status: 404, body: { code: "ROOM_ABSENT" } });
    }
  });
});

describe("DV2: as text", () => {
  it("is a text's characters without their formatting", async () => {
    const { get } = await start((doc) => {
      doc.getText("code").insert(0, "bold € 😀");
      doc.getText("code").format(0, 4, { bold: true });
    });
    const answer = await get("?as=text&root=code");
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.text).toBe("bold € 😀");
  });

  it("is one line per block of rich text", async () => {
    const { get } = await start((doc) => {
      const item = element("listItem", element("paragraph", "an item"));
      doc
        .getXmlFragment("default")
        .push([
          element("heading", "Title"),
          element("paragraph", "Some ", ["bold", { bold: {} }], " text"),
          element("paragraph"),
          element("bulletList", item, element("listItem", element("paragraph", "another"))),
          element("paragraph", "first", element("hardBreak"), "second"),
        ]);
    });
    const expected = "Title\nSome bold text\n\nan item\nanother\nfirst\nsecond";
    expect((await get("?as=text&root=default")).text).toBe(expected);
  });

  it("is empty for a root that was emptied", async () => {
    const { get } = await start((doc) => {
      doc.getText("t").insert(0, "gone");
      doc.getText("t").delete(0, 4);
    });
    expect(await get("?as=text&root=t")).toMatchObject({ status: 200, text: "" });
  });
});

describe("DV3: as JSON", () => {
  const everything = (doc: Y.Doc) => {
    doc.getText("text").insert(0, "hello");
    doc.getMap("map").set("a", { b: [1, null, true] });
    doc.getMap("map").set("bytes", new Uint8Array([1, 2, 3]));
    doc.getMap("map").set("big", 1234567890123456789n);
    doc.getMap("map").set("nested", new Y.Array());
    doc.getArray("array").push([1, "two", new Y.Map([["three", 3]])]);
    doc.getXmlFragment("xml").push([element("paragraph", "hi")]);
    doc.getArray("emptied").push([1]);
    doc.getArray("emptied").delete(0, 1);
  };
  const expected = {
    text: "hello",
    map: { a: { b: [1, null, true] }, bytes: "AQID", big: "1234567890123456789", nested: [] },
    array: [1, "two", { three: 3 }],
    xml: "<paragraph>hi</paragraph>",
    emptied: null,
  };

  it.each(Object.entries(expected))("shows the root %s", async (root, value) => {
    const { get } = await start(everything);
    const answer = await get(`?as=json&root=${root}`);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.body).toEqual(value);
  });

  it("shows all roots where none is named", async () => {
    const { get } = await start(everything);
    expect((await get("?as=json")).body).toEqual(expected);
    const empty = await start(() => undefined);
    expect((await empty.get("?as=json")).body).toEqual({});
  });

  it("has no trouble with roots that are called like parts of an object", async () => {
    const { get } = await start((doc) => doc.getText("__proto__").insert(0, "x"));
    expect((await get("?as=json&root=__proto__")).text).toBe('"x"');
    expect((await get("?as=json")).text).toBe('{"__proto__":"x"}');
  });
});

describe("DV4: roots", () => {
  const two = (doc: Y.Doc) => {
    doc.getText("one").insert(0, "1");
    doc.getMap("two").set("k", "v");
  };

  it("need no name where there is one", async () => {
    const { get } = await start((doc) => doc.getText("any").insert(0, "x"));
    expect((await get("?as=text")).text).toBe("x");
    const empty = await start(() => undefined);
    expect(await empty.get("?as=text")).toMatchObject({ status: 200, text: "" });
  });

  it("are named by the error where one must be chosen", async () => {
    const { get } = await start(two);
    const answer = await get("?as=text");
    expect(answer).toMatchObject({ status: 400, body: { code: "ROOT_REQUIRED" } });
    expect(answer.body?.detail).toMatch(/'one', 'two'/);
  });

  it("that are not there are 404, and those that are no text 400", async () => {
    const { get } = await start(two);
    for (const as of ["text", "json"]) {
      const absent = await get(`?as=${as}&root=three`);
      expect(absent).toMatchObject({ status: 404, body: { code: "ROOT_ABSENT" } });
    }
    const map = await get("?as=text&root=two");
    expect(map).toMatchObject({ status: 400, body: { code: "ROOT_NOT_TEXT" } });
  });
});

describe("DV5: documents that cannot be rendered", () => {
  const deep = (doc: Y.Doc) =>
    doc.transact(() => {
      let array = doc.getArray("deep");
      for (let i = 0; i < 5_000; i++) {
        const inner = new Y.Array<unknown>();
        array.insert(0, [inner]);
        array = inner;
      }
    });

  it("are 422 when nested too deeply, and can be had as an update", async () => {
    const { get } = await start(deep);
    for (const query of ["?as=json", "?as=json&root=deep"]) {
      expect(await get(query)).toMatchObject({ status: 422, body: { code: "NOT_RENDERABLE" } });
    }
    expect((await get("?as=update")).status).toBe(200);
  });

  it("are 422 when too large, and can be had as an update", async () => {
    const { get } = await start((doc) => doc.getText("t").insert(0, "x".repeat(2_000)), {
      renderBytes: 1_000,
    });
    for (const as of ["text", "json"]) {
      const answer = await get(`?as=${as}&root=t`);
      expect(answer).toMatchObject({ status: 422, body: { code: "NOT_RENDERABLE" } });
    }
    expect((await get("?as=update")).status).toBe(200);
  });
});

describe("HT7: PATCH", () => {
  const patch = (url: string, options: { bytes?: Uint8Array; type?: string; json?: unknown }) =>
    call(`${url}/api/v1/rooms/docs%2Fa/document`, { method: "PATCH", ...options });
  const bytes = new Uint8Array([1, 2, 3]);

  it.each([undefined, OCTETS, "Application/Octet-Stream; x=y"])("takes %s", async (type) => {
    const { url, rooms } = await startRouter();
    const answer = await patch(url, { bytes, ...(type === undefined ? {} : { type }) });
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(rooms.writes).toEqual([{ room: "docs/a", update: bytes }]);
  });

  it("answers when the update is durable and not before", async () => {
    const { url, rooms } = await startRouter();
    let open: () => void = () => undefined;
    rooms.gate = new Promise((resolve) => {
      open = resolve;
    });
    let answered = false;
    const answer = patch(url, { bytes }).then((result) => {
      answered = true;
      return result;
    });
    // Another request's round trip: time enough for an answer that does not wait.
    await call(`${url}/healthz`);
    expect(answered).toBe(false);
    open();
    expect((await answer).status).toBe(204);
  });

  it("refuses other types", async () => {
    const { url, rooms } = await startRouter();
    for (const options of [{ json: {} }, { bytes, type: "text/plain" }, { bytes, type: "x" }]) {
      const answer = await patch(url, options);
      expect(answer).toMatchObject({ status: 415, body: { code: "UNSUPPORTED_MEDIA_TYPE" } });
    }
    expect(rooms.writes).toHaveLength(0);
  });

  it("refuses nothing at all, and too much", async () => {
    const { url, rooms } = await startRouter({ http: { updateBytes: 1_000 } });
    expect(await patch(url, {})).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    const empty = await patch(url, { bytes: new Uint8Array(0), type: OCTETS });
    expect(empty).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    expect((await patch(url, { bytes: new Uint8Array(1_000), type: OCTETS })).status).toBe(204);
    const large = await patch(url, { bytes: new Uint8Array(1_001), type: OCTETS });
    expect(large).toMatchObject({ status: 413, body: { code: "TOO_LARGE" } });
    expect(rooms.writes).toHaveLength(1);
  });
});

type Part = string | readonly [string, object] | Y.XmlElement;

/** `element("p", "text", ["bold", { bold: {} }])` */
function element(name: string, ...parts: readonly Part[]): Y.XmlElement {
  const made = new Y.XmlElement(name);
  made.insert(
    0,
    parts.map((part) => {
      if (part instanceof Y.XmlElement) return part;
      const [text, format] = typeof part === "string" ? [part, {}] : part;
      const run = new Y.XmlText();
      run.insert(0, text, format);
      return run;
    }),
  );
  return made;
}
