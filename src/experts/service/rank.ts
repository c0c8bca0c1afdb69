import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { getDemandRows } from '../../demands/service.ts';
import { answerQuestion, type MatchIndex, toMatchDemand } from '../../matches/service.ts';
import { type MatchResult, noFacts } from '../../matching/types.ts';
import { getResultRows, isResultPublic } from '../../results/service.ts';
import { type ExpertRow, getExpertRows, listExpertResults } from '../store.ts';

/** What an index is asked. The gates have been passed where the reader is known: exclusions are confidential. */
export interface ExpertQuestion {
  demandId: string;
  expertIds: readonly string[];
  limit: number;
}

export interface RankedExpert {
  expertId: string;
  /** 0–100, on the scale of matches. */
  score: number;
  terms: { kind: 'same' | 'translated'; demandText: string; expertText: string }[];
}

const maxTerms = 12;

/** Every index has read past this transaction once it is built. */
const firstXid = '0';

/**
 * Scores profiles as results are scored, each in full: by the words' statistics of the index, with the same weights. A
 * profile is read as a result whose description is the titles of the results that it names.
 */
export async function rankExperts(
  ctx: Ctx,
  { demandId, expertIds, limit }: ExpertQuestion,
  index: MatchIndex,
  patienceMs: number,
): Promise<RankedExpert[]> {
  await index.waitUntil(firstXid, patienceMs);
  const demand = found((await getDemandRows(ctx.db, [demandId]))[0]);
  const rows = await getExpertRows(ctx.db, expertIds);
  const titles = await titlesOf(ctx, expertIds);
  const { matches } = await index.rank({
    side: 'demand',
    subject: toMatchDemand(demand),
    others: rows.map((row) => toDocument(row, titles.get(row.id) ?? [])),
    facts: noFacts,
    now: ctx.clock.now(),
    atMost: limit,
  });
  return matches.map(({ resultId, score, explanation }) => ({
    expertId: resultId,
    score,
    terms: explanation.terms
      .slice(0, maxTerms)
      .map(({ kind, demandText, resultText }) => ({ kind, demandText, expertText: resultText })),
  }));
}

/** The worker's part, where the process that was asked has no index. */
export async function answerExpertRanking(ctx: Ctx, id: string, index: MatchIndex): Promise<void> {
  await answerQuestion(ctx, id, (question) => rankExperts(ctx, question as ExpertQuestion, index, waitForIndexMs));
}

/** Shorter than a request's patience: the delivery is tried again meanwhile. */
const waitForIndexMs = 2_000;

/** Titles of public results, by expert. */
async function titlesOf(ctx: Ctx, expertIds: readonly string[]): Promise<Map<string, string[]>> {
  const named = await listExpertResults(ctx.db, expertIds);
  const results = await getResultRows(ctx.db, [...new Set([...named.values()].flat())]);
  const now = ctx.clock.now();
  const titleOf = new Map(results.filter((row) => isResultPublic(row, now)).map((row) => [row.id, row.title]));
  return new Map(
    [...named].map(([id, resultIds]) => [id, resultIds.flatMap((resultId) => titleOf.get(resultId) ?? [])]),
  );
}

/** What a profile does not say (maturity, price, kind of cooperation) is unknown, and counts neither for nor against it. */
function toDocument(row: ExpertRow, titles: readonly string[]): MatchResult {
  return {
    id: row.id,
    version: row.version,
    organizationId: row.organizationId,
    title: row.headline,
    summary: row.summary,
    keywords: row.keywords,
    technologyFields: row.technologyFields,
    cooperationModes: [],
    regionCode: row.regionCode,
    validUntil: null,
    publishedAt: null,
    language: row.language,
    description: titles.join('\n'),
    advantages: null,
    indicators: [],
    applicationIndustries: [],
    trl: null,
    stage: null,
    iprCount: 0,
    priceBand: null,
    priceNegotiable: true,
    exclusivity: null,
  };
}
