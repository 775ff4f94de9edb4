import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "./build/compressed.js";
import { offlineWorker } from "./build/offline-worker.js";

/** What every document needs, and what those of rich text need besides. */
const SYNC = /node_modules\/(yjs|lib0|y-(protocols|websocket|indexeddb))\//;
const RICH_TEXT =
  /node_modules\/(fast-equals|@tiptap\/(core|react|pm|y-tiptap|extensions?|extension-(?!table)[a-z-]+)|prosemirror-(view|model|state|transform|commands|keymap|inputrules|schema-list|gapcursor|dropcursor))\//;

/** What the two kinds of pages share, and what documents of both kinds, or of rich text, need. */
const SHELL =
  /lucide-react\/dist\/esm\/(?!icons\/(?!(x|trash|settings|ellipsis-vertical)\.))|editor\/src\/(shared\/(?!menu\.|dialog)|home\/(templates|recent\/recent-documents\.)|words\/(words|language)|settings\/settings\.|profile\/profile\.|route|server-url)/;
const DOCUMENT =
  /editor\/src\/document\/([a-z-]+\.tsx?$|refusal|save|follow|people\/(?!everybody)|carets\/(safe|ink))/;
const TEXT =
  /editor\/src\/document\/(carets|text\/([a-z-]+\.tsx?$|blocks\/(?!grammars)|slash|images|tables\/table\.|link\/link-store|find\/search))/;

/** The server serves `dist` at `/` and `index.html` for every document's address. */
export default defineConfig({
  plugins: [react(), offlineWorker(), compressed()],
  // Our own packages come from their sources, so that building the editor needs no other build.
  resolve: { conditions: ["source", "module", "browser", "development|production"] },
  build: {
    target: "es2022",
    sourcemap: true,
    chunkSizeWarningLimit: 700,
    // Everything that the page may need is asked for by name; a list of hints would be longer.
    rolldownOptions: {
      // No library here does anything by being imported but not used.
      treeshake: { moduleSideEffects: (id) => !id.includes("/node_modules/") },
      output: {
        // What is always loaded together is packed better together.
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "shell", test: SHELL },
            { name: "sync", test: SYNC },
            { name: "rich-text", test: RICH_TEXT },
            { name: "document", test: DOCUMENT },
            { name: "text", test: TEXT },
          ],
        },
      },
    },
    modulePreload: { polyfill: false },
  },
});
