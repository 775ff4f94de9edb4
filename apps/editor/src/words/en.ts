/** English. Its shape is what every other language must fill, see `Words`. */
export const en = {
  product: "Homeroom",
  close: "Close",
  cancel: "Cancel",
  home: {
    title: "Write together, and know that it is saved.",
    lead: "Open a document, share its address, and everyone types on the same page. “Saved” means that it is on disk, not that it was sent.",
    create: "New document",
    templates: "Start from a template",
    recent: "Recent documents",
    noneYet: "Nothing here yet",
    noneYetHint: "Documents that you open in this browser are listed here.",
    search: "Search by name",
    noneFound: (query: string) => `No document is called “${query}”`,
    noneFoundHint: "Try fewer letters, or open a document by its name above.",
    openByName: "Open by name",
    openByNamePlaceholder: "team/minutes",
    open: "Open",
    badName:
      "A name has 1 to 255 bytes, no control characters, and no empty, “.” or “..” part between slashes.",
    actions: (title: string) => `Actions for ${title}`,
    rename: "Rename…",
    renameTitle: "Rename document",
    renameLabel: "Title",
    renameDone: "Rename",
    renaming: "Renaming…",
    renameFailed: "It could not be renamed: the server did not confirm it.",
    forget: "Remove from this list",
    remove: "Delete…",
    removeTitle: (title: string) => `Delete “${title}”?`,
    removeHint: "It will be gone for everybody who has its address.",
    removeConfirm: "Delete",
    removed: (title: string) => `“${title}” is being deleted.`,
    forgotten: (title: string) => `“${title}” was removed from this list.`,
    undo: "Undo",
    removeForbidden: (title: string) => `You may not delete “${title}”. It is in the list again.`,
    removeFailed: (title: string) => `“${title}” could not be deleted. It is in the list again.`,
  },
  template: {
    meeting: "Meeting notes",
    plan: "Project plan",
    decision: "Decision",
  },
  templateText: {
    meeting: `# Meeting notes

**Date:** 

**Here:** 

## Agenda

1. 

## Decisions

- 

## To do

- [ ] 
`,
    plan: `# Project plan

## Goal

What is different when this is done?

## Steps

| Step | Who | When |
| --- | --- | --- |
|  |  |  |

## Risks

- 

## To do

- [ ] 
`,
    decision: `# Decision

> One sentence that says what was decided.

## Context

## Options

1. 
2. 

## Consequences

- 
`,
  },
  invalid: {
    title: "This address is no document",
    toHome: "To the home page",
  },
  crashed: {
    title: "This page has stopped working",
    hint: "Everything that was saved is safe. Reload the page to go on.",
    reload: "Reload",
  },
  document: {
    textbox: "Document",
    untitled: "Untitled",
    title: "Title",
    placeholder: "Write something, or type / for blocks.",
    home: "Homeroom, all documents",
    toolbar: "Formatting",
    words: (count: number) => (count === 1 ? "1 word" : `${count.toLocaleString("en")} words`),
  },
  readOnly: {
    badge: "Read only",
    title: "You can read this document, but not change it",
    hint: "Your link is for readers. Ask the person who shared it for a link that lets you write.",
  },
  people: {
    label: "People here",
    you: "you",
    more: (count: number) => `${count} more`,
    follow: (name: string) => `Follow ${name}`,
    following: (name: string) => `Following ${name}`,
    followHint: "Scroll or type to let go.",
    unfollow: "Stop following",
    joined: (names: string) => `${names} joined.`,
    left: (names: string) => `${names} left.`,
  },
  profile: {
    open: (name: string) => `You are ${name}. Change your name and colour`,
    title: "How others see you",
    name: "Name",
    color: "Colour",
    done: "Done",
  },
  share: {
    open: "Share",
    title: "Share this document",
    everybody: "Everybody who has this link can read and write.",
    personal:
      "Your own link is personal: it holds a key made for you, so it is not offered here. Ask whoever gave it to you for links for others.",
    withToken: "This link works for people who have a key of their own.",
    guests: "People who get the link can",
    reading: "read",
    writing: "read and write",
    lasts: "The link works for",
    day: "1 day",
    week: "1 week",
    month: "30 days",
    make: "Create link",
    making: "Creating…",
    ends: (time: string) => `Works until ${time}. It cannot be taken back before.`,
    forbidden: "You may not share this document any more. Your own link may have ended.",
    failed: "The server did not answer. Try again.",
    link: "Link",
    copy: "Copy link",
    copied: "Copied",
    select: "Press Ctrl+C to copy the selected link.",
  },
  menu: {
    open: "Menu",
    find: "Find and replace",
    outline: "Outline",
    importMarkdown: "Import Markdown…",
    exportMarkdown: "Export Markdown",
    exportHtml: "Export HTML",
    print: "Print…",
    code: "Plain text and code",
    text: "Rich text",
    help: "Keyboard shortcuts",
    settings: "Settings",
  },
  find: {
    label: "Find and replace",
    find: "Find",
    replace: "Replace with",
    matchCase: "Match case",
    previous: "Previous match",
    next: "Next match",
    replaceOne: "Replace",
    replaceAll: "Replace all",
    count: (at: number, total: number) =>
      total === 0 ? "No matches" : at === 0 ? `${total} found` : `${at} of ${total}`,
  },
  outline: {
    label: "Outline",
    empty: "Headings appear here.",
  },
  settings: {
    title: "Settings",
    language: "Language",
    automatic: "As the browser",
    theme: "Colours",
    system: "As the system",
    light: "Light",
    dark: "Dark",
    announce: "Tell screen readers who joins and leaves",
    done: "Done",
  },
  help: {
    title: "Keyboard shortcuts",
    writing: "Writing",
    blocks: "Blocks",
    moving: "Finding and moving",
    typed: "Typed at the start of a line",
    slash: "Choose a block",
    find: "Find and replace",
    help: "This list",
    toToolbar: "To the toolbar",
    nextCell: "Next cell of a table",
    leaveCode: "Leave a code block",
    indent: "Deeper in a list",
  },
  slash: {
    label: "Blocks",
    none: "No block is called that",
    paragraph: "Text",
    table: "Table",
    image: "Image",
    horizontalRule: "Dividing line",
  },
  table: {
    toolbar: "Table",
    addColumn: "Add column",
    addRow: "Add row",
    removeColumn: "Delete column",
    removeRow: "Delete row",
    remove: "Delete table",
  },
  codeBlock: {
    language: "Language of the code",
    automatic: "Language: detected",
    plain: "Plain text",
  },
  link: {
    title: "Link",
    address: "Address",
    placeholder: "https://example.org",
    set: "Set link",
    remove: "Remove link",
    bad: "An address begins with https:, http: or mailto:.",
  },
  image: {
    tooLarge: (limit: string) =>
      `This image is too large, even after it was made smaller. The limit is ${limit}.`,
    unreadable: "This file is no image that a browser can show (PNG, JPEG, GIF, WebP, AVIF).",
    alt: "Image",
    dismiss: "Close this message",
  },
  file: {
    failed: "This file could not be read as Markdown.",
    tooLarge: (limit: string) => `This file is too large to import. The limit is ${limit}.`,
    importTitle: "Import Markdown",
    importHint: "The imported text goes to the end of this document.",
  },
  code: {
    textbox: "Document",
    placeholder: "Plain text, Markdown or code.",
  },
  save: {
    connecting: "Connecting…",
    saving: "Saving…",
    saved: "Saved",
    unsaved: "Not saved",
    offline: "Offline",
    refused: "Refused",
  },
  saveHint: {
    connecting: "Opening the document.",
    saving: "Your changes are on their way.",
    saved: "Everything that you wrote is stored on the server.",
    unsaved: "The server has not confirmed your latest changes. Keep this page open.",
    offline: "No connection. Everything that you wrote so far is stored.",
    refused: "The server does not accept changes from this page.",
  },
  refusal: {
    changes: {
      title: "Your latest changes were not accepted",
      hint: "They are only in this browser. Copy your text, then discard the changes and load the document again.",
    },
    unauthenticated: {
      title: "This link does not let you in",
      hint: "It may have expired. Ask the person who shared the document for a new link.",
    },
    forbidden: {
      title: "You may not open this document",
      hint: "Ask the person who shared it to let you in.",
    },
    deleted: {
      title: "This document was deleted",
      hint: "What you see is the copy on this page. Copy it if you want to keep it.",
    },
    tooLarge: {
      title: "This is too large to save",
      hint: "The document or your last change is over the server’s limit. Copy your text, then discard the changes and load the document again.",
    },
    limited: {
      title: "Too much at once",
      hint: "The server has stopped listening to this page. Wait a little, then try again.",
    },
    other: {
      title: "The server closed this document",
      hint: "Copy your text if you want to keep it, then try again.",
    },
    server: (reason: string) => `The server says: ${reason}`,
    copy: "Copy my text",
    copied: "Text copied",
    retry: "Try again",
    discard: "Discard and load again",
  },
  format: {
    undo: "Undo",
    redo: "Redo",
    heading: (level: number) => `Heading ${level}`,
    bold: "Bold",
    italic: "Italic",
    strike: "Strikethrough",
    code: "Code",
    link: "Link",
    bulletList: "Bulleted list",
    orderedList: "Numbered list",
    taskList: "Task list",
    task: (text: string) => `Done: ${text || "empty task"}`,
    blockquote: "Quote",
    codeBlock: "Code block",
  },
};

type Filled<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => string
    ? (...args: A) => string
    : T[K] extends string
      ? string
      : Filled<T[K]>;
};

/** Every string that people read; a language is one object of this shape. */
export type Words = Filled<typeof en>;
