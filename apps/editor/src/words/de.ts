import type { Words } from "./en.js";

/** German. */
export const de: Words = {
  product: "Homeroom",
  close: "Schließen",
  cancel: "Abbrechen",
  home: {
    title: "Gemeinsam schreiben und wissen, dass es gespeichert ist.",
    lead: "Öffnen Sie ein Dokument, teilen Sie seine Adresse, und alle schreiben auf derselben Seite. „Gespeichert“ heißt: auf der Festplatte, nicht nur abgeschickt.",
    create: "Neues Dokument",
    templates: "Mit einer Vorlage beginnen",
    recent: "Zuletzt geöffnet",
    noneYet: "Hier ist noch nichts",
    noneYetHint: "Dokumente, die Sie in diesem Browser öffnen, stehen hier.",
    search: "Nach Namen suchen",
    noneFound: (query) => `Kein Dokument heißt „${query}“`,
    noneFoundHint: "Versuchen Sie weniger Buchstaben, oder öffnen Sie oben ein Dokument mit Namen.",
    openByName: "Mit Namen öffnen",
    openByNamePlaceholder: "team/protokoll",
    open: "Öffnen",
    badName:
      "Ein Name hat 1 bis 255 Bytes, keine Steuerzeichen und zwischen Schrägstrichen keinen leeren Teil, kein „.“ und kein „..“.",
    actions: (title) => `Aktionen für ${title}`,
    rename: "Umbenennen …",
    renameTitle: "Dokument umbenennen",
    renameLabel: "Titel",
    renameDone: "Umbenennen",
    renaming: "Wird umbenannt …",
    renameFailed: "Umbenennen ging nicht: Der Server hat es nicht bestätigt.",
    forget: "Aus dieser Liste nehmen",
    remove: "Löschen …",
    removeTitle: (title) => `„${title}“ löschen?`,
    removeHint: "Es ist dann für alle weg, die seine Adresse haben.",
    removeConfirm: "Löschen",
    removed: (title) => `„${title}“ wird gelöscht.`,
    forgotten: (title) => `„${title}“ steht nicht mehr in dieser Liste.`,
    undo: "Rückgängig",
    removeForbidden: (title) =>
      `Sie dürfen „${title}“ nicht löschen. Es steht wieder in der Liste.`,
    removeFailed: (title) => `„${title}“ ließ sich nicht löschen. Es steht wieder in der Liste.`,
  },
  template: {
    meeting: "Protokoll",
    plan: "Projektplan",
    decision: "Entscheidung",
  },
  templateText: {
    meeting: `# Protokoll

**Datum:** 

**Anwesend:** 

## Themen

1. 

## Entscheidungen

- 

## Zu tun

- [ ] 
`,
    plan: `# Projektplan

## Ziel

Was ist anders, wenn das getan ist?

## Schritte

| Schritt | Wer | Wann |
| --- | --- | --- |
|  |  |  |

## Risiken

- 

## Zu tun

- [ ] 
`,
    decision: `# Entscheidung

> Ein Satz, der sagt, was entschieden wurde.

## Zusammenhang

## Möglichkeiten

1. 
2. 

## Folgen

- 
`,
  },
  invalid: {
    title: "Diese Adresse ist kein Dokument",
    toHome: "Zur Startseite",
  },
  crashed: {
    title: "Diese Seite geht nicht mehr",
    hint: "Alles, was gespeichert war, ist sicher. Laden Sie die Seite neu.",
    reload: "Neu laden",
  },
  document: {
    textbox: "Dokument",
    untitled: "Ohne Titel",
    title: "Titel",
    placeholder: "Schreiben Sie etwas, oder tippen Sie / für Blöcke.",
    home: "Homeroom, alle Dokumente",
    toolbar: "Formatierung",
    words: (count) => (count === 1 ? "1 Wort" : `${count.toLocaleString("de")} Wörter`),
  },
  readOnly: {
    badge: "Nur lesen",
    title: "Sie können dieses Dokument lesen, aber nicht ändern",
    hint: "Ihr Link ist zum Lesen. Bitten Sie die Person, die ihn geteilt hat, um einen Link zum Schreiben.",
  },
  people: {
    label: "Wer hier ist",
    you: "Sie",
    more: (count) => `${count} weitere`,
    follow: (name) => `${name} folgen`,
    following: (name) => `Sie folgen ${name}`,
    followHint: "Rollen oder Tippen beendet es.",
    unfollow: "Nicht mehr folgen",
    joined: (names) => `${names}: dazugekommen.`,
    left: (names) => `${names}: gegangen.`,
  },
  profile: {
    open: (name) => `Sie sind ${name}. Namen und Farbe ändern`,
    title: "So sehen andere Sie",
    name: "Name",
    color: "Farbe",
    done: "Fertig",
  },
  share: {
    open: "Teilen",
    title: "Dieses Dokument teilen",
    everybody: "Alle, die diesen Link haben, können lesen und schreiben.",
    personal:
      "Ihr eigener Link ist persönlich: Er enthält einen Schlüssel nur für Sie, deshalb steht er hier nicht. Bitten Sie, wer ihn Ihnen gegeben hat, um Links für andere.",
    withToken: "Dieser Link ist für Menschen, die einen eigenen Schlüssel haben.",
    guests: "Wer den Link bekommt, kann",
    reading: "lesen",
    writing: "lesen und schreiben",
    lasts: "Der Link gilt",
    day: "1 Tag",
    week: "1 Woche",
    month: "30 Tage",
    make: "Link erstellen",
    making: "Wird erstellt …",
    ends: (time) => `Gilt bis ${time}. Vorher kann er nicht zurückgenommen werden.`,
    forbidden:
      "Sie dürfen dieses Dokument nicht mehr teilen. Vielleicht gilt Ihr eigener Link nicht mehr.",
    failed: "Der Server hat nicht geantwortet. Versuchen Sie es noch einmal.",
    link: "Link",
    copy: "Link kopieren",
    copied: "Kopiert",
    select: "Strg+C kopiert den markierten Link.",
  },
  menu: {
    open: "Menü",
    find: "Suchen und ersetzen",
    outline: "Gliederung",
    importMarkdown: "Markdown einfügen …",
    exportMarkdown: "Als Markdown sichern",
    exportHtml: "Als HTML sichern",
    print: "Drucken …",
    code: "Reiner Text und Code",
    text: "Formatierter Text",
    help: "Tastenkürzel",
    settings: "Einstellungen",
  },
  find: {
    label: "Suchen und ersetzen",
    find: "Suchen",
    replace: "Ersetzen durch",
    matchCase: "Groß- und Kleinschreibung",
    previous: "Voriger Treffer",
    next: "Nächster Treffer",
    replaceOne: "Ersetzen",
    replaceAll: "Alle ersetzen",
    count: (at, total) =>
      total === 0 ? "Keine Treffer" : at === 0 ? `${total} gefunden` : `${at} von ${total}`,
  },
  outline: {
    label: "Gliederung",
    empty: "Hier stehen die Überschriften.",
  },
  settings: {
    title: "Einstellungen",
    language: "Sprache",
    automatic: "Wie der Browser",
    theme: "Farben",
    system: "Wie das System",
    light: "Hell",
    dark: "Dunkel",
    announce: "Vorlesen, wer kommt und geht",
    done: "Fertig",
  },
  help: {
    title: "Tastenkürzel",
    writing: "Schreiben",
    blocks: "Blöcke",
    moving: "Suchen und bewegen",
    typed: "Am Anfang einer Zeile getippt",
    slash: "Einen Block wählen",
    find: "Suchen und ersetzen",
    help: "Diese Liste",
    toToolbar: "Zur Werkzeugleiste",
    nextCell: "Nächste Zelle einer Tabelle",
    leaveCode: "Einen Codeblock verlassen",
    indent: "Tiefer in einer Liste",
  },
  slash: {
    label: "Blöcke",
    none: "Kein Block heißt so",
    paragraph: "Text",
    table: "Tabelle",
    image: "Bild",
    horizontalRule: "Trennlinie",
  },
  table: {
    toolbar: "Tabelle",
    addColumn: "Spalte einfügen",
    addRow: "Zeile einfügen",
    removeColumn: "Spalte löschen",
    removeRow: "Zeile löschen",
    remove: "Tabelle löschen",
  },
  codeBlock: {
    language: "Sprache des Codes",
    automatic: "Sprache: erkannt",
    plain: "Einfacher Text",
  },
  link: {
    title: "Link",
    address: "Adresse",
    placeholder: "https://example.org",
    set: "Link setzen",
    remove: "Link entfernen",
    bad: "Eine Adresse beginnt mit https:, http: oder mailto:.",
  },
  image: {
    tooLarge: (limit) =>
      `Dieses Bild ist zu groß, auch verkleinert. Die Grenze liegt bei ${limit}.`,
    unreadable:
      "Diese Datei ist kein Bild, das ein Browser zeigen kann (PNG, JPEG, GIF, WebP, AVIF).",
    alt: "Bild",
    dismiss: "Diese Meldung schließen",
  },
  file: {
    failed: "Diese Datei ließ sich nicht als Markdown lesen.",
    tooLarge: (limit) => `Diese Datei ist zu groß. Die Grenze liegt bei ${limit}.`,
    importTitle: "Markdown einfügen",
    importHint: "Der eingefügte Text kommt ans Ende dieses Dokuments.",
  },
  code: {
    textbox: "Dokument",
    placeholder: "Reiner Text, Markdown oder Code.",
  },
  save: {
    connecting: "Verbinden …",
    saving: "Speichern …",
    saved: "Gespeichert",
    unsaved: "Nicht gespeichert",
    offline: "Offline",
    refused: "Abgelehnt",
  },
  saveHint: {
    connecting: "Das Dokument wird geöffnet.",
    saving: "Ihre Änderungen sind unterwegs.",
    saved: "Alles, was Sie geschrieben haben, ist auf dem Server gespeichert.",
    unsaved:
      "Der Server hat Ihre letzten Änderungen nicht bestätigt. Lassen Sie diese Seite offen.",
    offline: "Keine Verbindung. Alles, was Sie bisher geschrieben haben, ist gespeichert.",
    refused: "Der Server nimmt von dieser Seite keine Änderungen an.",
  },
  refusal: {
    changes: {
      title: "Ihre letzten Änderungen wurden nicht angenommen",
      hint: "Sie sind nur in diesem Browser. Kopieren Sie Ihren Text, verwerfen Sie dann die Änderungen und laden Sie neu.",
    },
    unauthenticated: {
      title: "Mit diesem Link kommen Sie nicht hinein",
      hint: "Vielleicht ist er abgelaufen. Bitten Sie, wer das Dokument geteilt hat, um einen neuen Link.",
    },
    forbidden: {
      title: "Sie dürfen dieses Dokument nicht öffnen",
      hint: "Bitten Sie, wer es geteilt hat, Sie hereinzulassen.",
    },
    deleted: {
      title: "Dieses Dokument wurde gelöscht",
      hint: "Sie sehen die Kopie auf dieser Seite. Kopieren Sie sie, wenn Sie sie behalten wollen.",
    },
    tooLarge: {
      title: "Das ist zu groß zum Speichern",
      hint: "Das Dokument oder Ihre letzte Änderung überschreitet die Grenze des Servers. Kopieren Sie Ihren Text, verwerfen Sie dann die Änderungen und laden Sie neu.",
    },
    limited: {
      title: "Zu viel auf einmal",
      hint: "Der Server hört dieser Seite nicht mehr zu. Warten Sie ein wenig, dann versuchen Sie es wieder.",
    },
    other: {
      title: "Der Server hat dieses Dokument geschlossen",
      hint: "Kopieren Sie Ihren Text, wenn Sie ihn behalten wollen, dann versuchen Sie es wieder.",
    },
    server: (reason) => `Der Server sagt: ${reason}`,
    copy: "Meinen Text kopieren",
    copied: "Text kopiert",
    retry: "Wieder versuchen",
    discard: "Verwerfen und neu laden",
  },
  format: {
    undo: "Rückgängig",
    redo: "Wiederherstellen",
    heading: (level) => `Überschrift ${level}`,
    bold: "Fett",
    italic: "Kursiv",
    strike: "Durchgestrichen",
    code: "Code",
    link: "Link",
    bulletList: "Aufzählung",
    orderedList: "Nummerierte Liste",
    taskList: "Aufgabenliste",
    task: (text) => `Erledigt: ${text || "leere Aufgabe"}`,
    blockquote: "Zitat",
    codeBlock: "Codeblock",
  },
};
