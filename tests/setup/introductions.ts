import { introductions, matches } from '../../db/schema/index.ts';
import { newId } from '../../src/core/ids.ts';
import type { Body, TestApi } from './api.ts';

/** A match of two published records, as the engine would keep it. */
export async function insertMatch(api: TestApi, demand: Body, result: Body): Promise<string> {
  const now = api.clock.now();
  const id = newId();
  await api.deps.db.insert(matches).values({
    id,
    demandId: demand.id,
    resultId: result.id,
    status: 'suggested',
    score: 86.4,
    gates: [],
    contributions: [],
    explanation: { zh: [], en: [], terms: [] },
    indicators: [],
    demandVersion: 1,
    resultVersion: 1,
    modelVersion: 'test',
    createdAt: now,
    updatedAt: now,
  });
  return id;
}

type Introduction = typeof introductions.$inferInsert;

/** An introduction of two records in any state, for tests of what follows it. */
export async function insertIntroduction(
  api: TestApi,
  pair: { demand: Body; result: Body; demandMarketId: string; resultMarketId: string },
  state: Pick<Introduction, 'status'> & Partial<Introduction>,
): Promise<string> {
  const now = api.clock.now();
  const id = newId();
  await api.deps.db.insert(introductions).values({
    id,
    matchId: await insertMatch(api, pair.demand, pair.result),
    demandId: pair.demand.id,
    resultId: pair.result.id,
    demandOrganizationId: pair.demand.organization.id,
    resultOrganizationId: pair.result.organization.id,
    marketId: pair.demandMarketId,
    resultMarketId: pair.resultMarketId,
    openedByUserId: newId(),
    openedAt: now,
    createdAt: now,
    updatedAt: now,
    ...state,
  });
  return id;
}
