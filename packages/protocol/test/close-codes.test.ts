import { expect, it } from "vitest";
import { CloseCode } from "../src/index.js";

it("K1: the codes are those of the operators' guide", () => {
  expect(CloseCode).toEqual({
    leaving: 1012,
    overloaded: 1013,
    malformed: 4400,
    unauthenticated: 4401,
    forbidden: 4403,
    deleted: 4404,
    tooLarge: 4413,
    limited: 4429,
    internal: 4500,
    tooSlow: 4508,
  });
});

it("K1: every code is one that an application may send", () => {
  for (const code of Object.values(CloseCode)) {
    // RFC 6455, 7.4: 1012 and 1013 are registered, 4000–4999 are for private use.
    expect(code === 1012 || code === 1013 || (code >= 4000 && code <= 4999)).toBe(true);
  }
});
