// Asks the server in this container how it is; ends with 0 where it is well, else says why not.
//
//   node healthcheck.mjs URL
const url = process.argv[2];
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
