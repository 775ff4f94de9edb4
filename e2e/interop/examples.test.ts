import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Child, eventually, type HomeroomProcess, Lab, repository } from "@homeroom/testkit";
import type { Locator, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentOf } from "../support/room-api.js";
import { authSecret, token } from "../support/tokens.js";
import {
  type ExamplePage,
  ExamplesBrowser,
  exampleSource,
  examplesDir,
  storedByThePage,
} from "./examples-browser.js";

/** Every example of the client library's documentation, run as it is written. */
const EDITORS = {
  "five-lines.ts": ".cm-content",
  "tiptap.ts": ".tiptap",
  "prosemirror.ts": ".ProseMirror",
  "codemirror.ts": ".cm-content",
  "textarea.ts": "#text",
  "offline.ts": ".cm-content",
  "y-websocket.ts": ".cm-content",
  "hocuspocus.ts": ".cm-content",
} as const;
const OTHERS = ["node.ts", "react.tsx", "refused.ts", "tokens.ts"] as const;

const lab = new Lab();
let server: HomeroomProcess;
let guarded: HomeroomProcess;
let browser: ExamplesBrowser;
/** Lets the pages of the examples in. */
let allowed: readonly string[];

beforeAll(async () => {
  browser = lab.own(await ExamplesBrowser.launch());
  allowed = ["--allowed-origins", browser.origin];
  [server, guarded] = await Promise.all([
    lab.homeroom({ args: allowed }),
    lab.homeroom({ args: allowed, env: { HOMEROOM_AUTH_SECRET: authSecret } }),
  ]);
});

afterAll(() => lab.close());

it("EX1: every example is run here", async () => {
  const files = await readdir(examplesDir);
  expect(new Set(files)).toEqual(new Set([...Object.keys(EDITORS), ...OTHERS]));
});

describe("EX2: two people write together in", () => {
  for (const [file, editor] of Object.entries(EDITORS)) {
    it(file, async () => {
      const [ada, grace] = await Promise.all([
        browser.open(file, server),
        browser.open(file, server),
      ]);
      const [hers, theirs] = [ada, grace].map(({ page }) => page.locator(editor));
      await write(hers as Locator, "Ada writes. ");
      await eventually(async () => (await textOf(theirs as Locator)) === "Ada writes. ");
      await write(theirs as Locator, "Grace too.");
      await eventually(async () => (await textOf(hers as Locator)) === "Ada writes. Grace too.");
      await safe(ada.page);
      expect([...ada.errors, ...grace.errors]).toEqual([]);
      await Promise.all([ada.leave(), grace.leave()]);

      // Somebody who comes later, with nothing of their own, finds it.
      const later = await browser.open(file, server);
      await eventually(
        async () => (await textOf(later.page.locator(editor))) === "Ada writes. Grace too.",
      );
      await later.leave();
    });
  }
});

it("EX3: tiptap.ts and prosemirror.ts, put into one room, are one document", async () => {
  const room = "examples/both";
  const [ada, grace] = await Promise.all([
    browser.open("tiptap.ts", server, { room }),
    browser.open("prosemirror.ts", server, { room }),
  ]);
  await write(ada.page.locator(".tiptap"), "From Tiptap. ");
  const other = grace.page.locator(".ProseMirror");
  await eventually(async () => (await textOf(other)) === "From Tiptap. ");
  await write(other, "From ProseMirror.");
  await eventually(
    async () => (await textOf(ada.page.locator(".tiptap"))) === "From Tiptap. From ProseMirror.",
  );
  await Promise.all([ada.leave(), grace.leave()]);
});

it("EX4: textarea.ts keeps the caret with its letter while somebody else writes before it", async () => {
  // A room in which nothing was written before: what fills it must not meet an older text.
  const room = "examples/caret";
  const [ada, grace] = await Promise.all([
    browser.open("textarea.ts", server, { room }),
    browser.open("textarea.ts", server, { room }),
  ]);
  const [hers, theirs] = [ada, grace].map(({ page }) => page.locator("#text")) as [
    Locator,
    Locator,
  ];
  await hers.fill("one three");
  await eventually(async () => (await theirs.inputValue()) === "one three");
  await theirs.focus();
  await grace.page.keyboard.press("Control+End");
  await hers.focus();
  await ada.page.keyboard.press("Control+Home");
  await ada.page.keyboard.type("zero ");
  await eventually(async () => (await theirs.inputValue()) === "zero one three");
  await grace.page.keyboard.type(" four");
  await eventually(async () => (await hers.inputValue()) === "zero one three four");
  await Promise.all([ada.leave(), grace.leave()]);
});

it("EX5: offline.ts keeps what was written while the server is gone, through a reload, and warns before it", async () => {
  const own = await lab.homeroom({ args: allowed });
  const { page, leave } = await browser.open("offline.ts", own);
  const editor = page.locator(".cm-content");
  await write(editor, "together. ");
  await eventually(async () => (await textAt(own, "examples/offline")) === "together. ");
  await safe(page);
  await own.stop();
  await eventually(async () => (await state(page)) === "offline");
  await write(editor, "alone.");
  await eventually(async () => (await state(page)) === "unsaved");
  await eventually(async () => (await textOf(editor)) === "together. alone.");
  await storedByThePage(page, "examples/offline");
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(dialogs).toEqual(["beforeunload"]);
  await eventually(async () => (await textOf(page.locator(".cm-content"))) === "together. alone.");
  expect(await state(page)).not.toBe("saved");
  await eventually(async () => (await state(page)) === "unsaved");

  const back = await lab.homeroom({ args: allowed, dataDir: own.dataDir, port: own.port });
  await safe(page);
  await page.reload();
  expect(dialogs).toEqual(["beforeunload"]);
  const fresh = await browser.open("offline.ts", back);
  await eventually(
    async () => (await textOf(fresh.page.locator(".cm-content"))) === "together. alone.",
  );
  await Promise.all([leave(), fresh.leave()]);
});

it("EX6: react.tsx shows who is here, what they do, and that it is saved", async () => {
  const [ada, grace] = await Promise.all([
    browser.open("react.tsx", server),
    browser.open("react.tsx", server),
  ]);
  await ada.page.getByLabel("Your name").fill("Ada");
  await grace.page.getByLabel("Your name").fill("Grace");
  await grace.page.getByRole("list", { name: "connected" }).getByText("Ada").waitFor();
  await Promise.all(
    [ada, grace].map(async ({ page }) => {
      for (let click = 0; click < 3; click++) await page.getByRole("button").click();
    }),
  );
  for (const { page } of [ada, grace]) {
    await page.getByRole("button", { name: "6 votes" }).waitFor();
    await page.getByText("0 changes are not saved yet.").waitFor();
    await page.locator('[data-save-state="saved"]').waitFor();
  }
  await grace.leave();
  await eventually(async () => (await ada.page.getByRole("listitem").count()) === 1);
  expect(ada.errors).toEqual([]);
  await ada.leave();
});

it("EX7: tokens.ts goes on writing when its token has run out", async () => {
  let handedOut = 0;
  const { page, errors, leave } = await browser.open("tokens.ts", guarded, {
    answer: async () => {
      handedOut++;
      return await token({ rooms: ["examples/*"], access: "write" }, 6);
    },
  });
  const editor = page.locator(".cm-content");
  await write(editor, "with the first token. ");
  await safe(page);
  expect(handedOut).toBe(1);
  // The third is asked for after the first has run out.
  await eventually(() => handedOut === 3, { within: 30_000 });
  await safe(page);
  await write(editor, "And on.");
  await safe(page);
  const reader = await browser.open("tokens.ts", guarded, {
    answer: () => token({ rooms: ["examples/*"], access: "read" }),
  });
  await eventually(
    async () =>
      (await textOf(reader.page.locator(".cm-content"))) === "with the first token. And on.",
  );
  expect(errors).toEqual([]);
  await Promise.all([leave(), reader.leave()]);
});

it("EX8: refused.ts gives a reader back what could not be saved", async () => {
  const signed = await token({ rooms: ["examples/*"], access: "read" });
  const { page, leave } = await browser.open("refused.ts", guarded, { query: `?token=${signed}` });
  await safe(page);
  await write(page.locator(".cm-content"), "not mine to write");
  const notice = page.locator("#notice");
  await eventually(async () => (await notice.textContent())?.endsWith(": not mine to write"));
  expect(await state(page)).toBe("refused");
  await leave();
});

it("EX9: node.ts ends by itself once its change is on the server's disk", async () => {
  const child = lab.own(
    await Child.start({
      command: process.execPath,
      args: ["--input-type=module", "--eval", await exampleSource("node.ts", server.wsUrl)],
      cwd: join(repository, "packages/client"),
      env: process.env,
    }),
  );
  expect(await child.exited).toMatchObject({ code: 0 });
  expect(child.output()).toContain("It is on the server's disk.");
  const room = await fetch(
    `${server.url}/api/v1/rooms/${encodeURIComponent("examples/node")}/document?as=json&root=log`,
  );
  expect(await room.text()).toContain("a job ran at");
});

async function write(editor: Locator, text: string): Promise<void> {
  await editor.click();
  await editor.press("Control+End");
  await editor.pressSequentially(text);
}

/** What an editor says, without the carets of others. */
async function textOf(editor: Locator): Promise<string> {
  return await editor.evaluate((element) => {
    if ("value" in element) return String(element.value);
    const copy = element.cloneNode(true) as typeof element;
    const carets =
      ".collaboration-carets__caret, .ProseMirror-yjs-cursor, .cm-ySelectionCaret, .cm-widgetBuffer";
    for (const caret of copy.querySelectorAll(carets)) caret.remove();
    return (copy.textContent ?? "").replace(/[\u2060\u200b\ufeff]/g, "").replace(/\u00a0/g, " ");
  });
}

async function state(page: ExamplePage["page"]): Promise<string | null> {
  return await page.locator("body").getAttribute("data-save-state");
}

/** A room's text as the server alone knows it. */
async function textAt(at: HomeroomProcess, room: string): Promise<string> {
  return (await documentOf(at, room)).getText("text").toString();
}

/** Waits until the page says that everything is saved, in the way of its provider. */
async function safe(page: Page): Promise<void> {
  const saved = '[data-save-state="saved"], [data-unsaved="0"], [data-synced="true"]';
  await page.locator(saved).first().waitFor({ timeout: 10_000 });
}
