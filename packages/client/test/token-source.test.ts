import { eventually } from "@homeroom/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import { expiryOf } from "../src/token/token-expiry.js";
import { TokenSource } from "../src/token/token-source.js";
import { jwt } from "./jwt.js";
import { ManualClock } from "./manual-clock.js";

let clock: ManualClock;
/** Answers to the questions, in the order in which they were asked. */
let questions: { answer: (token: string) => void; fail: (error: Error) => void }[];
let renewed: string[];
let failures: unknown[];
let source: TokenSource;

beforeEach(() => {
  clock = new ManualClock();
  questions = [];
  renewed = [];
  failures = [];
  source = new TokenSource(
    () => new Promise((answer, fail) => questions.push({ answer, fail })),
    clock,
    {
      renewed: () => renewed.push(source.current),
      failed: (error) => failures.push(error),
    },
  );
});

/** A token that lives for so many seconds from now. */
const living = (seconds: number): string => jwt({ exp: (clock.now() + seconds * 1000) / 1000 });

async function answer(token: string): Promise<void> {
  const before = renewed.length;
  questions.at(-1)?.answer(token);
  await eventually(() => renewed.length > before);
}

async function fail(): Promise<void> {
  const before = failures.length;
  questions.at(-1)?.fail(new Error("the app is offline"));
  await eventually(() => failures.length > before);
}

describe("a token's expiry", () => {
  it("TK7: is read where the token states it, and from nothing else", () => {
    expect(expiryOf(jwt({ exp: 12.5, name: "Ada – ∞ ÿ?>" }))).toBe(12_500);
    for (const token of ["", "opaque", "a.b.c", jwt({}), jwt({ exp: "soon" }), "a.bnVsbA.c"]) {
      expect(expiryOf(token), token).toBeNull();
    }
  });
});

describe("asking", () => {
  it("TK4: puts one question at a time", async () => {
    source.renew();
    source.renew();
    expect(questions).toHaveLength(1);
    expect(source.start()).toBe(false);
    await answer("one");
    expect(source.start()).toBe(true);
    expect(source.current).toBe("one");
    expect(clock.waiting).toBe(0);
  });

  it("TK4: asks at most once a second, and after failures less and less often", async () => {
    source.renew();
    for (const pause of [2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      const asked = questions.length;
      await fail();
      clock.advance(pause - 1);
      expect(questions).toHaveLength(asked);
      clock.advance(1);
      expect(questions).toHaveLength(asked + 1);
    }
    await answer("one");
    source.refuse();
    source.renew();
    const asked = questions.length;
    clock.advance(999);
    expect(questions).toHaveLength(asked);
    clock.advance(1);
    expect(questions).toHaveLength(asked + 1);
  });

  it("TK4: a function that throws or never answers has failed", async () => {
    source.renew();
    clock.advance(10_000);
    expect(failures).toMatchObject([{ code: "no-token" }]);
    expect(questions).toHaveLength(2);
    questions[0]?.answer("too late");
    await answer("in time");
    expect(renewed).toEqual(["in time"]);
    const throwing = new TokenSource(
      () => {
        throw new Error("signed out");
      },
      clock,
      { renewed: () => {}, failed: (error) => failures.push(error) },
    );
    throwing.renew();
    await eventually(() => failures.length === 2);
    expect(failures[1]).toMatchObject({ message: "signed out" });
    throwing.stop();
  });

  it("TK6: stops, and leaves no timer", async () => {
    source.renew();
    await fail();
    source.stop();
    expect(clock.waiting).toBe(0);
    source.renew();
    clock.advance(2_000);
    source.stop();
    clock.advance(60_000);
    questions.at(-1)?.answer("late");
    await Promise.resolve();
    expect(renewed).toEqual([]);
    expect(failures).toHaveLength(1);
  });
});

describe("renewing", () => {
  it.each([
    [3600, 3570],
    [50, 40],
  ])("TK2: a token of %i s is renewed after %i s", async (life, after) => {
    source.renew();
    await answer(living(life));
    clock.advance(after * 1000 - 1);
    expect(questions).toHaveLength(1);
    clock.advance(1);
    expect(questions).toHaveLength(2);
    await answer(living(life));
    expect(renewed).toHaveLength(2);
  });

  it("TK2: connections that come and go do not put it off", async () => {
    source.renew();
    await answer(living(50));
    for (let second = 0; second < 39; second++) {
      clock.advance(1000);
      expect(source.start()).toBe(true);
    }
    expect(questions).toHaveLength(1);
    clock.advance(1000);
    expect(questions).toHaveLength(2);
    await fail();
    expect(source.start()).toBe(true);
    clock.advance(2000);
    expect(questions).toHaveLength(3);
    expect(source.start()).toBe(true);
  });

  it("TK2: a life longer than a timer can wait does not ask at once", async () => {
    source.renew();
    await answer(living(100 * 365 * 86_400));
    clock.advance(3_600_000);
    expect(questions).toHaveLength(1);
  });

  it("TK5: a token that has run out is not shown", async () => {
    source.renew();
    await answer(living(50));
    expect(source.start()).toBe(true);
    clock.advance(50_000);
    expect(source.start()).toBe(false);
  });

  it("TK7: a fresh token that seems to have run out is left to the server, and asked for once", async () => {
    source.renew();
    await answer(living(-3600));
    expect(source.start()).toBe(true);
    clock.advance(3_600_000);
    expect(questions).toHaveLength(1);
  });

  it("TK3: a refused token is worth one more try, until one is accepted", async () => {
    source.renew();
    await answer("one");
    expect(source.refuse()).toBe(true);
    expect(source.start()).toBe(false);
    clock.advance(1000);
    source.renew();
    await answer("two");
    expect(source.start()).toBe(true);
    expect(source.refuse()).toBe(false);
    expect(source.refuse()).toBe(true);
    source.accept();
    expect(source.refuse()).toBe(true);
  });
});
