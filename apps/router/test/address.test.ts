import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { AddressReader, addressGroup } from "../src/address.js";

const request = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  }) as IncomingMessage;

it.each([
  [0, "10.0.0.1", "1.1.1.1", "10.0.0.1"],
  [1, "10.0.0.1", "1.1.1.1, 2.2.2.2", "2.2.2.2"],
  [2, "10.0.0.1", "1.1.1.1, 2.2.2.2", "1.1.1.1"],
  [3, "10.0.0.1", "1.1.1.1, 2.2.2.2", "10.0.0.1"],
  [1, "10.0.0.1", undefined, "10.0.0.1"],
  [1, "10.0.0.1", "", "10.0.0.1"],
  [0, "::ffff:10.0.0.1", undefined, "10.0.0.1"],
  [0, undefined, undefined, "unknown"],
])("OR3: with %i proxies, peer %s and forwarded %s: %s", (proxies, peer, forwarded, expected) => {
  expect(new AddressReader(proxies).read(request(peer, forwarded))).toBe(expected);
});

it.each([
  ["10.0.0.1", "10.0.0.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["unknown", "unknown"],
])("OR4: %s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
