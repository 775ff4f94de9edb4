import { describe, expect, it } from "vitest";
import { newRoomName } from "../src/home/new-room-name.js";
import { addressOf, type Route, routeOf } from "../src/route.js";

const at = (address: string): Route => routeOf(new URL(address, "http://localhost"));

describe("an address", () => {
  it("names the home page, or a document with or without a token", () => {
    expect(at("/")).toEqual({ page: "home" });
    expect(at("/d/minutes")).toEqual({ page: "document", room: "minutes", token: null });
    expect(at("/d/team%2Fminutes?token=a.b%2Bc")).toEqual({
      page: "document",
      room: "team/minutes",
      token: "a.b+c",
    });
    expect(at("/d/team/minutes")).toMatchObject({ room: "team/minutes" });
  });

  it("is decoded once", () => {
    expect(at("/d/100%2525")).toMatchObject({ room: "100%25" });
  });

  it("is no document where the name is none", () => {
    for (const address of ["/d/", "/d/%", "/d/a%2F%2Fb", "/d/a%2F..", "/d/%00", "/x", "/dd/x"]) {
      expect(at(address), address).toEqual({ page: "invalid" });
    }
    expect(at(`/d/${"x".repeat(256)}`)).toEqual({ page: "invalid" });
  });

  it("leads back to the same document", () => {
    for (const name of ["a b", "a/b", "100%", "ä?#&=+", "constructor", "木村"]) {
      for (const token of [null, "t+/=&"]) {
        const route = at(
          `/d/${encodeURIComponent(name)}${token ? `?token=${encodeURIComponent(token)}` : ""}`,
        );
        if (route.page !== "document") throw new Error(name);
        expect(at(addressOf(route.room, route.token))).toEqual(route);
      }
    }
  });
});

describe("a new name", () => {
  it("is a room name in groups, and another each time", () => {
    const names = Array.from({ length: 200 }, newRoomName);
    expect(new Set(names).size).toBe(200);
    for (const name of names) expect(name).toMatch(/^([2-9a-km-np-z]{5}-){2}[2-9a-km-np-z]{5}$/);
  });
});
