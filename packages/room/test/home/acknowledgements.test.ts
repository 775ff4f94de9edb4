import { describe, expect, it } from "vitest";
import { Acknowledgements } from "../../src/home/acknowledgements.js";

const ignore = (): void => {};

describe("Acknowledgements", () => {
  it("D1, D2: a message is settled with its position, and not before those ahead of it", () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.expect(1, 5, 0);
    acknowledgements.expect(2, 3, 0);
    acknowledgements.expect(3, 8, 0);
    expect(acknowledgements.advance(4, ignore)).toBeNull();
    expect(acknowledgements.advance(5, ignore)).toBe(2);
    expect(acknowledgements.advance(5, ignore)).toBeNull();
    expect(acknowledgements.waiting).toBe(true);
    expect(acknowledgements.advance(100, ignore)).toBe(3);
    expect(acknowledgements.waiting).toBe(false);
  });

  it("D3: a gap holds back what follows, and is settled with what fills it", () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.expect(1, 1, 0);
    acknowledgements.expectResent(2, 0);
    acknowledgements.expect(3, 2, 0);
    acknowledgements.expectResent(4, 0);
    expect(acknowledgements.gaps).toBe(true);
    expect(acknowledgements.advance(50, ignore)).toBe(1);
    acknowledgements.resent(60);
    expect(acknowledgements.gaps).toBe(false);
    expect(acknowledgements.advance(59, ignore)).toBeNull();
    expect(acknowledgements.advance(60, ignore)).toBe(4);
  });

  it("D3: what fills one gap says nothing of a later one", () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.expectResent(1, 0);
    acknowledgements.resent(1);
    acknowledgements.expectResent(2, 0);
    expect(acknowledgements.advance(10, ignore)).toBe(1);
    expect(acknowledgements.waiting).toBe(true);
  });

  it("tells when each settled message had arrived, once", () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.expect(1, 1, 10);
    acknowledgements.expect(2, 2, 20);
    const seen: number[] = [];
    acknowledgements.advance(1, (at) => seen.push(at));
    acknowledgements.advance(2, (at) => seen.push(at));
    acknowledgements.advance(3, (at) => seen.push(at));
    expect(seen).toEqual([10, 20]);
  });
});
