import type { Ctx } from '../../core/ctx.ts';
import { conflict, found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { SubjectType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { getRestrictionRows } from '../../credit/service.ts';
import { getDemandRows, listDemandIdsOf } from '../../demands/service.ts';
import { isOpen } from '../../records/service.ts';
import { getResultRows, listResultIdsOf } from '../../results/service.ts';
import type { Side } from '../policy.ts';
import {
  insertPairs,
  listPairs,
  lockPairs,
  type NewMatch,
  type PairRow,
  rewritePairs,
  shareRecords,
  supersedePairs,
} from '../store.ts';
import { isShutOut, loadGateFacts } from './gate-facts.ts';
import type { MatchIndex } from './match-index.ts';
import { type MatchPlan, planMatches } from './plan.ts';
import { recordEnd, recordSuggestions } from './record-answer.ts';
import { type SideRow, toSideRow } from './sides.ts';

export interface RefreshSubject {
  subjectType: SubjectType;
  subjectId: string;
  /** The transaction whose change is to be reflected (xid8, decimal). */
  xid: string;
}

export interface RefreshOutcome {
  suggested: number;
  superseded: number;
}

const waitForIndexMs = 5_000;
const maxPlans = 4;

/** The records changed between planning and writing. */
class StalePlan extends Error {}

/**
 * Finds and keeps the matches of one record, or sets every record of an organization, or of one that is or was restricted,
 * to be found anew. The plan is
 * made outside the transaction, which would hold back every reader of messages while it computes; the transaction
 * locks what the plan rests on, and makes a new plan when that has changed.
 * @throws AppError UNAVAILABLE when the index does not catch up in time, NOT_FOUND for a record that is gone
 */
export async function refreshMatches(ctx: Ctx, subject: RefreshSubject, index: MatchIndex): Promise<RefreshOutcome> {
  const { subjectType, subjectId, xid } = subject;
  if (subjectType === 'organization') return await refreshRecordsOf(ctx, subjectId);
  if (subjectType === 'restriction') {
    const restriction = found((await getRestrictionRows(ctx.db, [subjectId]))[0]);
    return await refreshRecordsOf(ctx, restriction.organizationId);
  }
  if (subjectType !== 'demand' && subjectType !== 'result') throw new Error(`a ${subjectType} has no matches`);
  await index.waitUntil(xid, waitForIndexMs);
  for (let plans = 0; plans < maxPlans; plans += 1) {
    const stored = await listPairs(ctx.db, subjectType, subjectId);
    const plan = await planMatches(ctx, { side: subjectType, id: subjectId }, stored, index);
    try {
      return await transaction(ctx, async (tx) => await keepPlan(tx, ctx, plan));
    } catch (error) {
      if (!(error instanceof StalePlan)) throw error;
    }
  }
  throw conflict({ zh: '记录正在频繁变更，稍后重算。', en: 'The records keep changing; the run is repeated later.' });
}

/** Each record gets a run of its own, which also waits for its index: one transaction here, short ones there. */
async function refreshRecordsOf(ctx: Ctx, organizationId: string): Promise<RefreshOutcome> {
  await transaction(ctx, async (tx) => {
    const demands = await getDemandRows(tx, await listDemandIdsOf(tx, organizationId));
    const results = await getResultRows(tx, await listResultIdsOf(tx, organizationId));
    await emit(tx, ctx, [
      ...demands
        .filter((row) => isOpen(row.status))
        .map((row) => ({ type: 'demand.changed' as const, subjectType: 'demand' as const, subjectId: row.id })),
      ...results
        .filter((row) => isOpen(row.status))
        .map((row) => ({ type: 'result.changed' as const, subjectType: 'result' as const, subjectId: row.id })),
    ]);
  });
  return { suggested: 0, superseded: 0 };
}

async function keepPlan(tx: Tx, ctx: Ctx, plan: MatchPlan): Promise<RefreshOutcome> {
  await requireUnchanged(tx, ctx, plan);
  await recordEnd(tx, ctx, plan.subject);
  const now = ctx.clock.now();
  const { side, id } = plan.subject;
  const otherOf = ({ demandId, resultId }: { demandId: string; resultId: string }) =>
    side === 'demand' ? resultId : demandId;

  const unknown = plan.keep.filter(({ stored }) => !stored).map(({ pair }) => ({ id: newId(), pair }));
  const inserted = await insertPairs(tx, unknown, now);

  const dropped = new Set(plan.drop.map(otherOf));
  const kept = new Map(plan.keep.map(({ pair }) => [otherOf(pair), pair]));
  for (const { id: added, pair } of unknown) if (inserted.has(added)) kept.delete(otherOf(pair));
  const locked = await lockPairs(tx, side, id, [...kept.keys(), ...dropped]);
  const rewritable = locked.filter((row) => !row.inHand);
  const found = rewritable.flatMap((row): NewMatch[] => {
    const pair = kept.get(otherOf(row));
    return pair === undefined ? [] : [{ id: row.id, pair }];
  });
  const rewritten = await rewritePairs(tx, found, now);
  const gone = rewritable.filter((row) => dropped.has(otherOf(row))).map((row) => row.id);
  const superseded = await supersedePairs(tx, gone, now);

  const wasShown = new Set(locked.filter(isShown).map((row) => row.id));
  const fresh = [
    ...unknown.filter((match) => inserted.has(match.id)),
    ...found.filter((match) => rewritten.has(match.id) && !wasShown.has(match.id)),
  ].filter(({ pair }) => pair.nearMiss === null);
  await recordSuggestions(tx, ctx, fresh);
  await emit(
    tx,
    ctx,
    fresh
      .toSorted((a, b) => b.pair.score - a.pair.score)
      .map((match) => ({ type: 'match.suggested', subjectType: 'match', subjectId: match.id })),
  );
  return { suggested: fresh.length, superseded };
}

function isShown(row: PairRow): boolean {
  return row.status === 'suggested' && !row.isNearMiss;
}

/** @throws StalePlan when a record that the plan rests on has changed, come into or gone out of public, or shut the other out */
async function requireUnchanged(tx: Tx, ctx: Ctx, { subject, keep }: MatchPlan): Promise<void> {
  const other: Side = subject.side === 'demand' ? 'result' : 'demand';
  const partners = new Map(keep.map(({ partner }) => [partner.id, partner]));
  const all: readonly (SideRow & { side: Side })[] = [
    ...(subject.row === null ? [] : [{ ...subject.row, side: subject.side }]),
    ...[...partners.values()].map((row) => ({ ...row, side: other })),
  ];
  const idsOn = (side: Side) => all.filter((row) => row.side === side).map((row) => row.id);
  const shared = await shareRecords(tx, {
    organizationIds: all.map((row) => row.organizationId),
    demandIds: idsOn('demand'),
    resultIds: idsOn('result'),
  });
  const now = ctx.clock.now();
  const byId = new Map(shared.map((row) => [row.id, toSideRow(row, now)]));
  for (const planned of all) {
    const row = byId.get(planned.id);
    if (row?.contentVersion !== planned.contentVersion || row.isPublic !== planned.isPublic) throw new StalePlan();
  }
  const facts = await loadGateFacts(
    tx,
    idsOn('demand'),
    all.map((row) => row.organizationId),
    now,
  );
  const shutOut = keep.some(({ pair }) => {
    const [demand, result] = [byId.get(pair.demandId), byId.get(pair.resultId)];
    return demand === undefined || result === undefined || isShutOut(facts, demand, result);
  });
  if (shutOut) throw new StalePlan();
}
