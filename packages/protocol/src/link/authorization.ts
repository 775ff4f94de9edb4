/** Where a coordinator takes links, behind the address that it announces. */
export const LINK_PATH = "/link";

/** What a router says in the `authorization` header when it asks for a link. */
export const linkAuthorization = (clusterSecret: string): string =>
  `Bearer ${encodeURIComponent(clusterSecret)}`;

/** The WebSocket address of the link of a node that announces `url`. @throws TypeError */
export function linkUrl(url: string): string {
  const link = new URL(url);
  link.protocol = link.protocol === "https:" || link.protocol === "wss:" ? "wss:" : "ws:";
  link.pathname = `${link.pathname.replace(/\/+$/, "")}${LINK_PATH}`;
  link.search = "";
  link.hash = "";
  return link.href;
}
