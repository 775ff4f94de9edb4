// Asks the server in this container how it is; ends with 0 where it is well, else says why not.
//
//   node healthcheck.mjs [URL]     by default the server on HOMEROOM_PORT, whether it lives
const port = process.env.HOMEROOM_PORT ?? "1234";
const url = process.argv[2] ?? `http://127.0.0.1:${port}/healthz`;
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  if (!response.ok) {
    console.error(`${url}: ${response.status} ${await response.text()}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
