/** A system under measurement: answers queries [from, to) of a list they all share and tells the milliseconds of each. */
export type Asked = {
  name: string;
  ask(from: number, to: number): number[] | Promise<number[]>;
  /** For what its slowness costs at most; fewer queries then, but never fewer than five. */
  budgetMs: number;
};

const rounds = 5;
const fewestQueries = rounds;
const warmingStep = 5;
const warmingShare = 0.2;

/**
 * All systems answer in turn, round after round, so that what else the machine does meets all of them. The first half of
 * the queries only warms (up to a fifth of the budget), the second half is measured: no query is asked twice.
 * Milliseconds by system; a system that fails is told to `failed` and left out.
 */
export async function askInRounds(
  systems: readonly Asked[],
  queries: number,
  failed: (name: string, error: unknown) => void,
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  const counts = new Map<string, number>();
  for (const system of systems) {
    await guard(system, async () => {
      const meanMs = await warm(system, queries);
      const affordable = Math.floor((system.budgetMs * (1 - warmingShare)) / meanMs);
      counts.set(system.name, Math.min(queries, Math.max(fewestQueries, affordable)));
      times.set(system.name, []);
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const system of systems) {
      const count = counts.get(system.name) ?? 0;
      const [from, to] = [round, round + 1].map((edge) => queries + Math.floor((edge * count) / rounds)) as [
        number,
        number,
      ];
      if (times.has(system.name) && to > from) {
        await guard(system, async () => {
          times.get(system.name)?.push(...(await system.ask(from, to)));
        });
      }
    }
  }
  return times;

  async function guard({ name }: Asked, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      times.delete(name);
      failed(name, error);
    }
  }
}

/** Mean milliseconds of a query at the end of the warming. */
async function warm(system: Asked, queries: number): Promise<number> {
  let spentMs = 0;
  let meanMs = 0;
  for (let at = 0; at < queries && spentMs < system.budgetMs * warmingShare; at += warmingStep) {
    const times = await system.ask(at, Math.min(queries, at + warmingStep));
    const sumMs = times.reduce((sum, ms) => sum + ms, 0);
    spentMs += sumMs;
    meanMs = sumMs / times.length;
  }
  return meanMs;
}
