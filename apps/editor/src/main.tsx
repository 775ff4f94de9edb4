import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { CrashScreen } from "./crash-screen.js";
import { routeOf } from "./route.js";
import "./styles/index.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <CrashScreen>
      <App route={routeOf(location)} />
    </CrashScreen>
  </StrictMode>,
);
