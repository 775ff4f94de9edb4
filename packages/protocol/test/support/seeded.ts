/** The run's seed: `HOMEROOM_SEED` where it is set, so that a failure can be run again; printed. */
export function seeded(what: string): number {
  const wanted = process.env.HOMEROOM_SEED;
  const seed = wanted === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
  process.stdout.write(`${what}: HOMEROOM_SEED=${seed}\n`);
  return seed;
}
