// npm start: installs, builds, and becomes `homeroom start`. The server runs in this very process,
// so that signals reach it once and its exit code is ours.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, checkNode, install, root } from "./prepare.mjs";

checkNode();
install();
console.log("Building …");
build();
const homeroom = join(root, "apps", "cli", "bin", "homeroom.js");
if (!existsSync(homeroom)) throw new Error(`${homeroom} is missing`);
process.argv = [process.argv[0], homeroom, "start", ...process.argv.slice(2)];
await import(pathToFileURL(homeroom).href);
