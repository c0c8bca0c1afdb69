import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { readTransaction } from '../../core/transaction.ts';
import { listRestrictedOrganizationIds } from '../../credit/service.ts';
import { getDemandRows, listDemandHeads, listExclusions } from '../../demands/service.ts';
import { keepAtMost, type RankSides, type RankTask, type TaskRanking } from '../../matching/rank.ts';
import {
  type AnswerRecord,
  type MatchDemand,
  type MatchFacts,
  type MatchResult,
  noFacts,
  pairKey,
  type RankedPair,
} from '../../matching/types.ts';
import { isOpen, type RecordHead } from '../../records/service.ts';
import { getResultRows, listResultHeads } from '../../results/service.ts';
import type { Side } from '../policy.ts';
import { keptByOtherSide, listAnswerRecords, type PairRow } from '../store.ts';
import { answersSince } from './answer-times.ts';
import { toMatchDemand, toMatchResult } from './hydrate.ts';
import type { MatchIndex } from './match-index.ts';
import { type SideRow, toSideRow } from './sides.ts';

/** What a run means to write. */
export interface MatchPlan {
  subject: { side: Side; id: string; row: SideRow | null };
  keep: { pair: RankedPair; partner: SideRow; stored: boolean }[];
  /** Suggestions that no longer hold. */
  drop: PairRow[];
}

/** Candidates that are hydrated and scored in a run, besides what is suggested already. */
const maxCandidates = 200;

/**
 * retrieve -> hydrate -> filter -> score -> explain, for one record against the other side. Pairs that are suggested
 * already are judged again even when they are not retrieved, so that only what was judged is dropped: a pair that the
 * other side's run adds meanwhile stays.
 */
export async function planMatches(
  ctx: Ctx,
  subject: { side: Side; id: string },
  stored: readonly PairRow[],
  index: MatchIndex,
): Promise<MatchPlan> {
  const now = ctx.clock.now();
  const { side, id } = subject;
  const otherOf = (pair: { demandId: string; resultId: string }) => (side === 'demand' ? pair.resultId : pair.demandId);
  const suggested = stored.filter((row) => row.status === 'suggested' && !row.inHand);
  const own =
    side === 'demand' ? found((await getDemandRows(ctx.db, [id]))[0]) : found((await getResultRows(ctx.db, [id]))[0]);
  const plan: MatchPlan = { subject: { side, id, row: toSideRow(own, now) }, keep: [], drop: suggested };
  if (!isOpen(own.status)) return plan;

  // Whatever people have taken further is theirs.
  const settled = new Set(stored.filter((row) => row.inHand || !movable.has(row.status)).map(otherOf));
  const subjectRecord: Subject =
    'problem' in own ? { side: 'demand', record: toMatchDemand(own) } : { side: 'result', record: toMatchResult(own) };
  const retrieved = await candidatesFor(subjectRecord, index);
  const ids = new Set([...retrieved.filter((candidate) => !settled.has(candidate)), ...suggested.map(otherOf)]);
  const partners = await loadPartners(ctx, side, [...ids]);
  const partnerRows = new Map(partners.map((row) => [row.id, toSideRow(row, now)]));
  const demandIds = side === 'demand' ? [id] : partners.map((row) => row.id);
  const ranking = await rankWith(ctx, index, subjectRecord, partners, {
    facts: {
      ...(await loadFacts(ctx, [own, ...partners])),
      excludedOrganizationIds: await readTransaction(ctx, (tx) => listExclusions(tx, demandIds)),
      dismissedPairs: dismissedAsTheyAre(stored, own, partnerRows, side),
    },
    now,
    alsoTell: suggested.map(otherOf),
  });
  const best = [...ranking.matches, ...ranking.nearMisses];
  const alsoKept = await keptBeyond(ctx, side, ranking.beyond, suggested);
  const storedOthers = new Set(stored.map(otherOf));
  for (const pair of [...best, ...alsoKept]) {
    const partner = partnerRows.get(otherOf(pair));
    if (partner !== undefined) plan.keep.push({ pair, partner, stored: storedOthers.has(partner.id) });
  }
  const kept = new Set(plan.keep.map(({ partner }) => partner.id));
  plan.drop = suggested.filter((row) => !kept.has(otherOf(row)));
  return plan;
}

const movable: ReadonlySet<PairRow['status']> = new Set(['suggested', 'superseded', 'dismissed']);

/** The record that candidates are sought for. */
export type Subject = { side: 'demand'; record: MatchDemand } | { side: 'result'; record: MatchResult };

/**
 * Ranks by what the index has kept of the partners, and gives it whole what it has not: most have been candidates before, and reading
 * two hundred records costs as much as ranking them.
 */
async function rankWith(
  ctx: Ctx,
  index: MatchIndex,
  subject: Subject,
  partners: readonly RecordHead[],
  rest: Omit<RankTask, 'side' | 'subject' | 'others' | 'known'>,
): Promise<TaskRanking> {
  const whole = new Set<string>();
  for (;;) {
    const sides = await sidesOf(ctx, subject, [...whole]);
    const known = partners.filter(({ id }) => !whole.has(id)).map(({ id, version }) => ({ id, revision: version }));
    const ranking = await index.rank({ ...sides, ...rest, known });
    if (ranking.missing.length === 0) return ranking;
    // Whoever is asked next may lack others.
    for (const id of ranking.missing) whole.add(id);
  }
}

async function sidesOf(ctx: Ctx, subject: Subject, ids: readonly string[]): Promise<RankSides> {
  return subject.side === 'demand'
    ? { side: 'demand', subject: subject.record, others: (await getResultRows(ctx.db, ids)).map(toMatchResult) }
    : { side: 'result', subject: subject.record, others: (await getDemandRows(ctx.db, ids)).map(toMatchDemand) };
}

/** A dismissed pair is ruled out while both sides read as they did then. */
function dismissedAsTheyAre(
  stored: readonly PairRow[],
  own: { contentVersion: number },
  partners: ReadonlyMap<string, SideRow>,
  side: Side,
): Set<string> {
  const unchanged = stored.filter((row) => {
    const partner = partners.get(side === 'demand' ? row.resultId : row.demandId);
    const [demandVersion, resultVersion] =
      side === 'demand' ? [own.contentVersion, partner?.contentVersion] : [partner?.contentVersion, own.contentVersion];
    return row.status === 'dismissed' && row.demandVersion === demandVersion && row.resultVersion === resultVersion;
  });
  return new Set(unchanged.map((row) => pairKey(row.demandId, row.resultId)));
}

/** Ids of the other side's records that could go with this one, best first. */
export async function candidatesFor(
  subject: Subject,
  index: MatchIndex,
  limit: number = maxCandidates,
): Promise<string[]> {
  return subject.side === 'demand'
    ? await index.resultsFor(subject.record, limit)
    : await index.demandsFor(subject.record, limit);
}

/** The other side's open records: validity and standing are for the gates to judge. */
export async function loadPartners(ctx: Ctx, side: Side, ids: readonly string[]): Promise<RecordHead[]> {
  const rows = side === 'demand' ? await listResultHeads(ctx.db, ids) : await listDemandHeads(ctx.db, ids);
  return rows.filter((row) => isOpen(row.status));
}

/** What is known of these records' organizations besides the records; not whom a demand excludes. */
export async function loadFacts(ctx: Ctx, records: readonly { organizationId: string }[]): Promise<MatchFacts> {
  const organizationIds = records.map((record) => record.organizationId);
  const rows = await listAnswerRecords(ctx.db, organizationIds, answersSince(ctx.clock.now()));
  const answerRecords = new Map<string, AnswerRecord>(
    rows.map(({ organizationId, asked, answered }) => [organizationId, { asked, answered }]),
  );
  const creditRestrictedOrganizationIds = await listRestrictedOrganizationIds(ctx.db, organizationIds, ctx.clock.now());
  return { ...noFacts, answerRecords, creditRestrictedOrganizationIds };
}

/** The best of these by the index's statistics, matches before near misses, at most so many of each. */
export async function rankAgainst(
  ctx: Ctx,
  index: MatchIndex,
  subject: Subject,
  partners: readonly RecordHead[],
  known: { facts: MatchFacts; now: Date; atMost: number },
): Promise<RankedPair[]> {
  const { matches, nearMisses } = await rankWith(ctx, index, subject, partners, known);
  return [...matches, ...nearMisses];
}

/** What is not among this record's best may still be among the best of the other's: then it stays, judged anew. */
async function keptBeyond(
  ctx: Ctx,
  side: Side,
  beyond: readonly RankedPair[],
  suggested: readonly PairRow[],
): Promise<RankedPair[]> {
  const rowIds = new Map(suggested.map((row) => [pairKey(row.demandId, row.resultId), row.id]));
  const rowIdOf = (pair: RankedPair) => rowIds.get(pairKey(pair.demandId, pair.resultId)) ?? '';
  const wanted = beyond.map((pair) => ({ id: rowIdOf(pair), score: pair.score }));
  const kept = await keptByOtherSide(ctx.db, side, wanted, keepAtMost);
  return beyond.filter((pair) => kept.has(rowIdOf(pair)));
}
