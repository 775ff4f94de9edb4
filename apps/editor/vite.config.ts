import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { offlineWorker } from "./build/offline-worker.js";

/** What every document needs, and what those of rich text need besides. */
const SYNC = /node_modules\/(yjs|lib0|y-(protocols|websocket|indexeddb))\//;
const RICH_TEXT =
  /node_modules\/(fast-equals|@tiptap\/(core|react|pm|y-tiptap|extensions?|extension-[a-z-]+)|prosemirror-(view|model|state|transform|tables|commands|keymap|inputrules|schema-list|gapcursor|dropcursor))\//;

/** The server serves `dist` at `/` and `index.html` for every document's address. */
export default defineConfig({
  plugins: [react(), offlineWorker()],
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
            { name: "sync", test: SYNC },
            { name: "rich-text", test: RICH_TEXT },
          ],
        },
      },
    },
    modulePreload: { polyfill: false },
  },
});
