// Stands in for a coordinator or a router: `node stand-in.mjs coordinator|router`.
import { createServer } from "node:http";

const [, , command] = process.argv;
const { HOMEROOM_NODE_ID: name, HOMEROOM_PORT: port, STAND_IN: how } = process.env;

if (how === "wrong settings") {
  console.error("--port: not this one");
  process.exit(2);
}
if (how === "cannot start") process.exit(1);

const server = createServer((_, response) => response.end(`${process.pid}`));
server.listen(Number(port), "127.0.0.1", () => {
  const kind = command === "router" ? "Router" : "Coordinator";
  console.log(`${kind} ${name} is ready at http://127.0.0.1:${server.address().port}`);
});
const stop = (why) => {
  console.error(JSON.stringify({ level: "info", node: name, msg: `stopping: ${why}` }));
  if (how !== "stubborn") process.exit(0);
};
process.on("SIGTERM", () => stop("SIGTERM"));
process.on("SIGINT", () => stop("SIGINT"));
process.on("disconnect", () => stop("channel closed"));
