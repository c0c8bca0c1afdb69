import { getDemandRows } from '../../src/demands/service.ts';
import { type MatchIndex, toMatchDemand, toMatchResult } from '../../src/matches/service.ts';
import { type MatchDemand, type MatchResult, noFacts } from '../../src/matching/types.ts';
import { getResultRows } from '../../src/results/service.ts';
import type { TestApi } from './api.ts';

/** Of the last transaction that wrote a message. */
async function lastXid(api: TestApi): Promise<string> {
  const { rows } = await api.deps.pool.query<{ xid: string }>(
    'select xid::text as xid from messages order by messages.xid desc limit 1',
  );
  return rows[0]?.xid ?? '0';
}

export async function caughtUp(api: TestApi, ...indexes: { index: MatchIndex }[]): Promise<void> {
  const xid = await lastXid(api);
  await Promise.all(indexes.map(({ index }) => index.waitUntil(xid, 20_000)));
}

export async function published(api: TestApi): Promise<{ demands: MatchDemand[]; results: MatchResult[] }> {
  const ids = async (table: string) =>
    (await api.deps.pool.query<{ id: string }>(`select id from ${table} where status = 'published'`)).rows.map(
      ({ id }) => id,
    );
  return {
    demands: (await getDemandRows(api.deps.db, await ids('demands'))).map(toMatchDemand),
    results: (await getResultRows(api.deps.db, await ids('results'))).map(toMatchResult),
  };
}

/** Everything that an index has to say about what is published. */
export async function answersOf(api: TestApi, { index }: { index: MatchIndex }): Promise<unknown> {
  const { demands, results } = await published(api);
  const facts = noFacts;
  const now = api.clock.now();
  return {
    results: await Promise.all(demands.map((demand) => index.resultsFor(demand, 20))),
    demands: await Promise.all(results.map((result) => index.demandsFor(result, 20))),
    scores: await Promise.all(
      demands.map(async (subject) => {
        const { matches, nearMisses } = await index.rank({ side: 'demand', subject, others: results, facts, now });
        return [...matches, ...nearMisses].map(({ resultId, score }) => ({ resultId, score }));
      }),
    ),
  };
}
