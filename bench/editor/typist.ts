import { HomeroomProvider } from "@homeroom/client";
import { WebSocket } from "ws";
import type * as Y from "yjs";
import { pause, seeded } from "../load/agenda.js";
import { createRelativePositionFromTypeIndex, XmlElement, XmlText } from "../load/yjs.js";
import { FIELD } from "./document.js";

/** Another person, without a browser: types into a paragraph of their own, with a caret. */
export class Typist {
  readonly #provider: HomeroomProvider;
  readonly #doc: Y.Doc;
  #timer: NodeJS.Timeout | null = null;
  typed = 0;

  /** @param doc what the room is to hold; its content is sent if the room lacks it */
  static async join(url: string, room: string, doc: Y.Doc): Promise<Typist> {
    const provider = new HomeroomProvider(url.replace(/^http/, "ws"), room, doc, {
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
    });
    await provider.whenSaved();
    provider.awareness.setLocalStateField("user", { name: "Grace Hopper", color: "#c2410c" });
    return new Typist(provider, doc);
  }

  private constructor(provider: HomeroomProvider, doc: Y.Doc) {
    this.#provider = provider;
    this.#doc = doc;
  }

  /**
   * Types a letter each `everyMs` or so into the paragraph number `paragraph`. Were it as even as the
   * keys that are measured, they would meet in a run always or never.
   */
  start(paragraph: number, everyMs: number): void {
    const element = this.#doc.getXmlFragment(FIELD).get(paragraph);
    const text = element instanceof XmlElement ? element.get(0) : null;
    if (!(text instanceof XmlText)) throw new Error(`block ${paragraph} holds no text`);
    const random = seeded(everyMs);
    const type = (): void => {
      const at = 5 + this.typed;
      text.insert(at, "abcdefghij klmno"[this.typed % 16] ?? "a");
      this.#provider.awareness.setLocalStateField("cursor", caretAt(text, at + 1));
      this.typed++;
      this.#timer = setTimeout(type, pause(everyMs, random));
    };
    type();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  leave(): void {
    this.stop();
    this.#provider.destroy();
  }
}

function caretAt(text: Y.XmlText, index: number): { anchor: unknown; head: unknown } {
  const position = JSON.parse(JSON.stringify(createRelativePositionFromTypeIndex(text, index)));
  return { anchor: position, head: position };
}
