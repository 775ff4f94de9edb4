import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The server serves `dist` at `/` and `index.html` for every document's address. */
export default defineConfig({
  plugins: [react()],
  // Our own packages come from their sources, so that building the editor needs no other build.
  resolve: { conditions: ["source", "module", "browser", "development|production"] },
  // The editor's chunk is one on purpose: nothing of it can wait.
  build: { target: "es2022", sourcemap: true, chunkSizeWarningLimit: 700 },
});
