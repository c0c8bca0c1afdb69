import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { type DemandRow, getDemandRows } from '../../demands/service.ts';
import { keepAbove, keepAtMost, type RankContext, rankDemands, rankPair, rankResults } from '../../matching/rank.ts';
import {
  type AnswerRecord,
  type MatchDemand,
  type MatchFacts,
  type MatchResult,
  noFacts,
  pairKey,
  type RankedPair,
} from '../../matching/types.ts';
import { isPublic } from '../../records/service.ts';
import { getResultRows, type ResultRow } from '../../results/service.ts';
import type { Side } from '../policy.ts';
import { keptByOtherSide, listAnswerRecords, type PairRow } from '../store.ts';
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
/** Pairs between two turns of the event loop: a few milliseconds. */
const sliceSize = 10;

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
  if (!isPublic(own, now)) return plan;

  // Whatever people have taken further is theirs.
  const settled = new Set(stored.filter((row) => row.inHand || !movable.has(row.status)).map(otherOf));
  const subjectRecord: Subject =
    'problem' in own ? { side: 'demand', record: toMatchDemand(own) } : { side: 'result', record: toMatchResult(own) };
  const retrieved = await candidatesFor(subjectRecord, index);
  const ids = new Set([...retrieved.filter((candidate) => !settled.has(candidate)), ...suggested.map(otherOf)]);
  const { partners, records } = await loadPartners(ctx, side, [...ids]);
  const partnerRows = new Map(partners.map((row) => [row.id, toSideRow(row, now)]));
  const facts = {
    ...(await loadFacts(ctx, [own, ...partners])),
    dismissedPairs: dismissedAsTheyAre(stored, own, partnerRows, side),
  };
  const context: RankContext = { text: index.texts(), facts, now };
  const best = await rankInSlices(subjectRecord, records, context);
  const alsoKept = await keptBeyond(ctx, subjectRecord, records, context, best, suggested);
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
interface Records {
  demands: MatchDemand[];
  results: MatchResult[];
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

/** Ids of the other side's records that could go with this one, best first; no more than a run can judge. */
export async function candidatesFor(subject: Subject, index: MatchIndex): Promise<string[]> {
  return subject.side === 'demand'
    ? await index.resultsFor(subject.record, maxCandidates)
    : await index.demandsFor(subject.record, maxCandidates);
}

/** The other side's public records, as rows and as matching sees them. */
export async function loadPartners(
  ctx: Ctx,
  side: Side,
  ids: readonly string[],
): Promise<{ partners: (DemandRow | ResultRow)[]; records: Records }> {
  const now = ctx.clock.now();
  const rows = side === 'demand' ? await getResultRows(ctx.db, ids) : await getDemandRows(ctx.db, ids);
  const partners = rows.filter((row) => isPublic(row, now));
  const records: Records = {
    demands: partners.flatMap((row) => ('problem' in row ? [toMatchDemand(row)] : [])),
    results: partners.flatMap((row) => ('problem' in row ? [] : [toMatchResult(row)])),
  };
  return { partners, records };
}

/** What is known of these records' organizations besides the records. */
export async function loadFacts(ctx: Ctx, records: readonly { organizationId: string }[]): Promise<MatchFacts> {
  const rows = await listAnswerRecords(
    ctx.db,
    records.map((record) => record.organizationId),
  );
  const answerRecords = new Map<string, AnswerRecord>(
    rows.map(({ organizationId, asked, answered }) => [organizationId, { asked, answered }]),
  );
  return { ...noFacts, answerRecords };
}

/** The best of these by the index's statistics, matches before near misses, as many of each as a run keeps. */
export async function rankAgainst(
  index: MatchIndex,
  subject: Subject,
  records: Records,
  known: Pick<RankContext, 'facts' | 'now'>,
): Promise<RankedPair[]> {
  return await rankInSlices(subject, records, { text: index.texts(), ...known });
}

async function rankInSlices(subject: Subject, records: Records, context: RankContext): Promise<RankedPair[]> {
  const ranked: RankedPair[] = [];
  const count = subject.side === 'demand' ? records.results.length : records.demands.length;
  for (let at = 0; at < count; at += sliceSize) {
    const { matches, nearMisses } =
      subject.side === 'demand'
        ? rankResults(subject.record, records.results.slice(at, at + sliceSize), context)
        : rankDemands(subject.record, records.demands.slice(at, at + sliceSize), context);
    ranked.push(...matches, ...nearMisses);
    await letOthersRun();
  }
  const sorted = ranked.toSorted(
    (a, b) => b.score - a.score || (pairKey(a.demandId, a.resultId) < pairKey(b.demandId, b.resultId) ? -1 : 1),
  );
  return [
    ...sorted.filter((pair) => pair.nearMiss === null).slice(0, keepAtMost),
    ...sorted.filter((pair) => pair.nearMiss !== null).slice(0, keepAtMost),
  ];
}

/** What is not among this record's best may still be among the best of the other's: then it stays, judged anew. */
async function keptBeyond(
  ctx: Ctx,
  subject: Subject,
  records: Records,
  context: RankContext,
  best: readonly RankedPair[],
  suggested: readonly PairRow[],
): Promise<RankedPair[]> {
  const known = new Set(best.map((pair) => pairKey(pair.demandId, pair.resultId)));
  const demands = new Map(
    (subject.side === 'demand' ? [subject.record] : records.demands).map((record) => [record.id, record]),
  );
  const results = new Map(
    (subject.side === 'result' ? [subject.record] : records.results).map((record) => [record.id, record]),
  );
  const beyond: { id: string; score: number; pair: RankedPair }[] = [];
  for (const row of suggested) {
    const [demand, result] = [demands.get(row.demandId), results.get(row.resultId)];
    if (demand === undefined || result === undefined || known.has(pairKey(row.demandId, row.resultId))) continue;
    const pair = rankPair(demand, result, context);
    if (pair !== null && pair.score > keepAbove) beyond.push({ id: row.id, score: pair.score, pair });
    if (beyond.length % sliceSize === 0) await letOthersRun();
  }
  const wanted = beyond.map(({ id, score }) => ({ id, score }));
  const kept = await keptByOtherSide(ctx.db, subject.side, wanted, keepAtMost);
  return beyond.filter(({ id }) => kept.has(id)).map(({ pair }) => pair);
}
