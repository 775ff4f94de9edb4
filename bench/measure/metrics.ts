/** The numbers at `/metrics` that have no labels, by name. */
export async function readMetrics(url: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(new URL("/metrics", url));
  const lines = (await answer.text()).split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^(\w+) (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(value)] as const];
    }),
  );
}
