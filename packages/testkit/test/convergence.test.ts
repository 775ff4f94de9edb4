import { expect, test } from "vitest";
import * as Y from "yjs";
import { difference, waitForConvergence } from "../src/index.js";

function docs(): [Y.Doc, Y.Doc] {
  const [one, two] = [new Y.Doc(), new Y.Doc()];
  one.getText("text").insert(0, "hello");
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
  return [one, two];
}

test("a root that one side never used is compared with the kind of the other", () => {
  const [one, two] = docs();
  expect(difference(one, two)).toBeNull();
  expect(difference(two, one)).toBeNull();
});

test("a missing edit, a missing deletion and a pending update are differences", () => {
  const [one, two] = docs();
  two.getText("text").insert(5, "!");
  expect(difference(one, two)).toMatch(/^state vectors differ/);

  const [three, four] = docs();
  four.getText("text").delete(0, 1);
  expect(difference(three, four)).toBe("deletions differ");

  const [five, six] = docs();
  const base = Y.encodeStateVector(six);
  six.getText("text").insert(5, "!");
  const between = Y.encodeStateVector(six);
  six.getText("text").insert(6, "?");
  Y.applyUpdate(five, Y.encodeStateAsUpdate(six, between));
  expect(difference(five, six)).toMatch(/updates that wait for others$/);
  Y.applyUpdate(five, Y.encodeStateAsUpdate(six, base));
  expect(difference(five, six)).toBeNull();
});

test("documents that do not converge are told apart in the failure", async () => {
  const [one, two] = docs();
  two.getText("text").delete(0, 5);
  const wait = waitForConvergence([one, two], { within: 20, message: "they agree" });
  await expect(wait).rejects.toThrow("they agree (deletions differ): not within 20 ms");
});
