import type { Browser, BrowserContextOptions, Locator, Page, WebSocket } from "@playwright/test";
import { IndicatorLog, installIndicatorLog } from "./indicator-log.js";

export interface Visit {
  readonly url: string;
  readonly room: string;
  readonly name?: string;
  /** `#rrggbb` */
  readonly color?: string;
  readonly token?: string;
  readonly context?: BrowserContextOptions;
  /** What the text is called, in the language of the browser. Default: `Document`. */
  readonly label?: string;
}

/** Somebody with a browser of their own and a document open in it. */
export class Person {
  readonly page: Page;
  /** Every state that the indicator has shown since the page was opened. */
  readonly log: IndicatorLog;
  /** Uncaught errors, and messages that the page wrote as errors. */
  readonly errors: string[] = [];
  /** Every socket that the page has opened, in this order. */
  readonly sockets: WebSocket[] = [];
  readonly text: Locator;
  readonly indicator: Locator;
  readonly people: Locator;
  /** One's own avatar, which opens the profile. */
  readonly self: Locator;

  static async open(browser: Browser, visit: Visit): Promise<Person> {
    // What a browser keeps for later is loaded only where a test is about it.
    const context = await browser.newContext({ serviceWorkers: "block", ...visit.context });
    const { name, color = "#0369a1" } = visit;
    if (name !== undefined) await context.addInitScript(storeProfile, { name, color });
    await context.addInitScript(installIndicatorLog);
    const person = new Person(await context.newPage(), visit.label);
    const query = visit.token === undefined ? "" : `?token=${visit.token}`;
    await person.page.goto(`${visit.url}/d/${encodeURIComponent(visit.room)}${query}`);
    await person.text.waitFor();
    return person;
  }

  private constructor(page: Page, label = "Document") {
    this.page = page;
    this.log = new IndicatorLog(page);
    this.text = page.getByRole("textbox", { name: label });
    this.indicator = page.locator("[data-save-state]");
    this.people = page.getByRole("list", { name: "People here" });
    this.self = this.people.locator(".person__self");
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("websocket", (socket) => this.sockets.push(socket));
    page.on("console", (message) => {
      // The browser itself reports every failed connection.
      const ours = message.type() === "error" && !message.text().includes("WebSocket connection");
      if (ours) this.errors.push(message.text());
    });
  }

  /** Puts the caret at the end of the text and types. */
  async write(text: string): Promise<void> {
    await this.text.evaluate(focusAndSettle);
    await this.page.keyboard.press("Control+End");
    await this.settle();
    await this.page.keyboard.type(text);
  }

  /** Clicks into the text, and waits until the editor has taken the caret to be there. */
  async clickInto(target: Locator = this.text): Promise<void> {
    await target.click();
    await settle(this.text);
  }

  /** What the document says, a line for each paragraph, without the carets of others. */
  async content(): Promise<string> {
    return await this.text.evaluate((element) => {
      const copy = element.cloneNode(true) as HTMLElement;
      for (const caret of copy.querySelectorAll(".collaboration-carets__caret")) caret.remove();
      const lines = [...copy.querySelectorAll("p, h1, h2, h3, pre")];
      return lines.map((line) => line.textContent.replaceAll("\u2060", "")).join("\n");
    });
  }

  /** Waits until the editor knows where the caret is; no person is faster than a frame. */
  async settle(): Promise<void> {
    await this.page.evaluate(nextFrame);
  }

  /** Chooses an entry of the menu of the document. */
  async choose(entry: string): Promise<void> {
    await this.page.getByRole("button", { name: "Menu" }).click();
    await this.page.getByRole("menuitem", { name: entry }).click();
  }

  /** The caret of somebody else, as this person sees it. */
  caretOf(name: string): Locator {
    return this.text.locator(".collaboration-carets__caret").filter({ hasText: name });
  }

  async state(): Promise<string | null> {
    return await this.indicator.getAttribute("data-save-state");
  }

  /** Closes the browser, as a closed laptop does: without asking. */
  async leave(): Promise<void> {
    await this.page.context().close();
  }
}

/** Runs in the page on every load; a profile that was changed since stays. */
function storeProfile(profile: { name: string; color: string }): void {
  if (localStorage.getItem("homeroom:profile") !== null) return;
  localStorage.setItem("homeroom:profile", JSON.stringify(profile));
}

/**
 * Runs in the page. A moment after it got the focus, ProseMirror puts the caret where it was
 * before, and would undo a key that is faster than any person. A timer of the same length that
 * starts later ends later.
 */
function focusAndSettle(element: HTMLElement): Promise<void> {
  element.focus();
  return new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}

/** Waits until the text, which has just been given the focus, knows where the caret is. */
export async function settle(text: Locator): Promise<void> {
  await text.evaluate(focusAndSettle);
  await text.evaluate(nextFrame);
}

/** Runs in the page. Browsers report a moved caret with the next frame. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}
