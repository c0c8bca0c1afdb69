import { type Actor, belongsTo, brokersFor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Tx } from '../../core/transaction.ts';
import { getDemandRows, listDemandMarkets } from '../../demands/service.ts';
import type { GateReport, NearMiss, RankedPair } from '../../matching/types.ts';
import { getResultRows } from '../../results/service.ts';
import type { Side } from '../policy.ts';
import {
  getIntroductionRow,
  getMatchRow,
  insertObservations,
  listEndedMatches,
  listPlaces,
  type MatchRow,
  type ObservationRow,
  type Places,
} from '../store.ts';
import { loadPair } from './sides.ts';

/** What somebody did, besides on which match. `reason` is a code, never a text. */
export type ObservedFact = Pick<ObservationRow, 'action'> &
  Partial<
    Pick<
      ObservationRow,
      'side' | 'reason' | 'introductionId' | 'projectId' | 'list' | 'listPosition' | 'listLength' | 'organizationId'
    >
  >;

/** What a pair was scored with. */
export type ScoredMatch = Pick<
  MatchRow,
  | 'id'
  | 'demandId'
  | 'resultId'
  | 'status'
  | 'score'
  | 'contributions'
  | 'gates'
  | 'nearMiss'
  | 'demandVersion'
  | 'resultVersion'
  | 'modelVersion'
>;

/**
 * Keeps what a later learner needs of an answer (docs/adr/0008), in the transaction that gives it and after the match
 * has been changed: the places in both lists, which other matches make, are those the answer was given at.
 */
export async function recordAnswer(tx: Tx, ctx: Ctx, matchId: string, fact: ObservedFact): Promise<void> {
  const match = found(await getMatchRow(tx, matchId));
  const pair = await loadPair(tx, match);
  const organizationId = ctx.actor.kind === 'user' ? ctx.actor.organizationId : null;
  const places = (await listPlaces(tx, [matchId])).get(matchId);
  const seen = { at: ctx.clock.now(), actor: observerOf(ctx.actor, pair), marketId: pair.demand.homeMarketId };
  await insertObservations(tx, [toObservation(match, { ...fact, organizationId }, seen, places)]);
}

/** The same for what became of an introduction; one that led nowhere near a match has nothing to learn from. */
export async function recordOutcome(
  tx: Tx,
  ctx: Ctx,
  introductionId: string | null,
  fact: Omit<ObservedFact, 'introductionId'>,
): Promise<void> {
  if (introductionId === null) return;
  const { matchId } = found(await getIntroductionRow(tx, introductionId));
  await recordAnswer(tx, ctx, matchId, { ...fact, introductionId });
}

/** What a run tells the parties of, once it stands in their lists. */
export async function recordSuggestions(
  tx: Tx,
  ctx: Ctx,
  fresh: readonly { id: string; pair: RankedPair }[],
): Promise<void> {
  const suggested = fresh.map(({ id, pair }) => ({ ...pair, id, status: 'suggested' as const }));
  await recordForSystem(tx, ctx, suggested, { action: 'suggested' });
}

const endings = { withdrawn: 'record_withdrawn', closed: 'record_closed', expired: 'record_expired' } as const;

/**
 * That a record was withdrawn, closed or has expired, for each match that people had of it: by the run which follows,
 * before it takes the suggestions off the lists. The verbs on records know no matches.
 */
export async function recordEnd(
  tx: Tx,
  ctx: Ctx,
  { side, id, row }: { side: Side; id: string; row: { isPublic: boolean } | null },
): Promise<void> {
  if (row === null || row.isPublic) return;
  const [record] = side === 'demand' ? await getDemandRows(tx, [id]) : await getResultRows(tx, [id]);
  const { status, outcome, updatedAt } = found(record);
  if (status !== 'withdrawn' && status !== 'closed' && status !== 'expired') return;
  const action = endings[status];
  const ended = await listEndedMatches(tx, { side, id, action, since: updatedAt });
  await recordForSystem(tx, ctx, ended, { action, side, reason: status === 'closed' ? outcome : null });
}

async function recordForSystem(tx: Tx, ctx: Ctx, matches: readonly ScoredMatch[], fact: ObservedFact): Promise<void> {
  if (matches.length === 0) return;
  const marketOf = await listDemandMarkets(tx, [...new Set(matches.map((match) => match.demandId))]);
  const places = await listPlaces(
    tx,
    matches.map((match) => match.id),
  );
  const at = ctx.clock.now();
  const rows = matches.map((match) => {
    const seen = { at, actor: 'system' as const, marketId: found(marketOf.get(match.demandId)) };
    return toObservation(match, fact, seen, places.get(match.id));
  });
  await insertObservations(tx, rows);
}

/**
 * What the actor is to the pair. Unlike a policy it refuses nobody: whoever was let through is recorded, also the broker
 * of a market that has since handed the record on (`other` where nothing else is true).
 */
export function observerOf(
  actor: Actor,
  { demand, result }: Record<Side, { organizationId: string; homeMarketId: string }>,
): ObservationRow['actor'] {
  if (actor.kind !== 'user') return 'system';
  if (brokersFor(actor, demand.homeMarketId)) return 'broker';
  if (belongsTo(actor, demand.organizationId)) return 'demand';
  if (belongsTo(actor, result.organizationId)) return 'result';
  return brokersFor(actor, result.homeMarketId) ? 'result_broker' : 'other';
}

export function toObservation(
  match: ScoredMatch,
  fact: ObservedFact,
  seen: Pick<ObservationRow, 'at' | 'actor' | 'marketId'>,
  places: Places | undefined,
): ObservationRow {
  // jsonb columns hold what src/matching made of the pair; the sentences among it are left behind.
  const gates = match.gates as GateReport[];
  const nearMiss = match.nearMiss as NearMiss | null;
  return {
    id: newId(),
    organizationId: null,
    side: null,
    reason: null,
    introductionId: null,
    projectId: null,
    list: null,
    listPosition: null,
    listLength: null,
    ...fact,
    ...seen,
    matchId: match.id,
    demandId: match.demandId,
    resultId: match.resultId,
    matchStatus: match.status,
    demandVersion: match.demandVersion,
    resultVersion: match.resultVersion,
    modelVersion: match.modelVersion,
    score: match.score,
    contributions: match.contributions,
    gates: gates.map(({ gate, passed }) => ({ gate, passed })),
    nearMissGate: nearMiss?.gate ?? null,
    demandPosition: places?.demandPosition ?? null,
    demandListLength: places?.demandListLength ?? null,
    resultPosition: places?.resultPosition ?? null,
    resultListLength: places?.resultListLength ?? null,
  };
}
