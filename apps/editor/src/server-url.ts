/** Where the server that this page came from takes sockets. */
export function serverUrl(): string {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;
}
