import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { settingsTable, variableOf } from "@homeroom/config";
import { repository } from "@homeroom/testkit";
import { expect, test } from "vitest";

const read = (name: string): string => readFileSync(join(repository, name), "utf8");

/** The anchor that a heading has on the page. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

test.each(["docs/operating.md", "README.md"])("%s names no variable that is not", (name) => {
  const known = new Set(Object.values(settingsTable).map(variableOf));
  const named = new Set(read(name).match(/\bHOMEROOM_\w+/g));
  expect(named.size).toBeGreaterThan(0);
  expect([...named].filter((variable) => !known.has(variable))).toEqual([]);
});

test.each(["docs/operating.md", "README.md", "CONTRIBUTING.md"])(
  "%s links to what is there",
  (name) => {
    for (const [, link = ""] of read(name).matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? name : join(dirname(name), path);
      expect(existsSync(join(repository, target)), link).toBe(true);
      if (anchor === undefined) continue;
      const headings = read(target).match(/^#+ .*$/gm) ?? [];
      expect(headings.map((heading) => anchorOf(heading.replace(/^#+ /, "")))).toContain(anchor);
    }
  },
);

test("the guide names files of this repository that are there", () => {
  const named = read("docs/operating.md").match(/`(?:apps|packages|deploy|docker)[\w/.-]*`/g) ?? [];
  expect(named.length).toBeGreaterThan(0);
  for (const quoted of named) {
    expect(existsSync(join(repository, quoted.slice(1, -1))), quoted).toBe(true);
  }
});
