/** One sample of a Prometheus text exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Reads a server's `/metrics`. */
export async function readMetrics(url: string): Promise<readonly Sample[]> {
  const answer = await fetch(`${url}/metrics`);
  if (!answer.ok) throw new Error(`GET ${url}/metrics answered ${answer.status}`);
  return (await answer.text())
    .split("\n")
    .map((line) => /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = "", labels = "", value]) => ({ name, labels, value: Number(value) }));
}

/** The sum of all samples of `name` whose labels hold `label`. Zero where there are none. */
export const total = (samples: readonly Sample[], name: string, label = ""): number =>
  samples
    .filter((sample) => sample.name === name && sample.labels.includes(label))
    .reduce((sum, { value }) => sum + value, 0);
