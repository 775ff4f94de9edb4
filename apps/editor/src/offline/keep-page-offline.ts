/**
 * Lets this page load without its server, for documents that this browser keeps. What browsers
 * forbid (pages without TLS off this machine) or people turned off leaves it as it was: a page
 * that needs its server to load.
 */
export function keepPageOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/offline.js").catch((error: unknown) => {
    console.info("This page will not load without its server:", error);
  });
}
