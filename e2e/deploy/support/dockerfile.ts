/** One instruction: `COPY`, and what follows it, on one line. */
export interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** A `FROM` and what it leads up to the next one. */
export interface Stage {
  readonly base: string;
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** Reads the stages of a Dockerfile. */
export function readStages(text: string): readonly Stage[] {
  const stages: { base: string; name: string | null; instructions: Instruction[] }[] = [];
  const lines = text.split("\n").filter((line) => !/^\s*#/.test(line));
  for (const line of lines
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")) {
    const [, name = "", value = ""] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (name === "FROM") {
      const [, base = "", alias = null] = /^(\S+)(?: AS (\S+))?$/i.exec(value) ?? [];
      stages.push({ base, name: alias, instructions: [] });
    } else if (name !== "") {
      stages.at(-1)?.instructions.push({ name, value });
    }
  }
  return stages;
}

/** The image that a Dockerfile makes. */
export function imageOf(stages: readonly Stage[]) {
  const stage = stages.at(-1);
  const all = (name: string): string[] =>
    (stage?.instructions ?? []).filter((each) => each.name === name).map(({ value }) => value);
  const last = (name: string): string => all(name).at(-1) ?? "";
  return {
    user: last("USER"),
    entrypoint: listOf(last("ENTRYPOINT")),
    command: listOf(last("CMD")),
    /** For a shell, which knows the port. */
    healthcheck: /CMD (.*)$/.exec(last("HEALTHCHECK"))?.[1] ?? "",
    environment: new Map(
      all("ENV").flatMap((value) =>
        value.split(/\s+/).map((pair): [string, string] => {
          const at = pair.indexOf("=");
          return [pair.slice(0, at), pair.slice(at + 1)];
        }),
      ),
    ),
    copies: all("COPY"),
  };
}

export type Image = ReturnType<typeof imageOf>;

/** The form that needs no shell. */
const listOf = (json: string): readonly string[] => (json === "" ? [] : JSON.parse(json));
