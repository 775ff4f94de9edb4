/** What links report as numbers. Every method is cheap and never throws. */
export interface LinkMeter {
  /** How many links are open. */
  links(open: number): void;
  /** A router was turned away or cut off. */
  linkCut(why: LinkCut): void;
  /** So much waited for one room that its sessions at a router were sent to start afresh. */
  channelOverflow(): void;
}

export type LinkCut = "unauthorized" | "limit" | "malformed" | "silent" | "overflow";

export const silentLinkMeter: LinkMeter = {
  links() {},
  linkCut() {},
  channelOverflow() {},
};
