import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { CrashScreen } from "./crash-screen.js";
import { keepPageOffline } from "./offline/keep-page-offline.js";
import { routeOf } from "./route.js";
import { showTheme } from "./settings/settings.js";
import { speak } from "./words/words.js";
import "./styles/index.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
showTheme();
await speak();
createRoot(root).render(
  <StrictMode>
    <CrashScreen>
      <App route={routeOf(location)} />
    </CrashScreen>
  </StrictMode>,
);
keepPageOffline();
