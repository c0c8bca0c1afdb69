import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import type { Tx } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import type { Side } from '../policy.ts';
import { matchTransitions } from '../rules.ts';
import {
  findPair,
  hasBegunIntroduction,
  type IntroductionRow,
  listHandledMatches,
  lockLiveIntroduction,
  lockMatch,
  type MatchRow,
  updateIntroductionRow,
  updateMatchRow,
} from '../store.ts';
import { recordAnswer } from './record-answer.ts';
import { loadPair } from './sides.ts';

/** Whether the parties of an introduction of this record were asked to speak, and have not said no. */
export async function isInIntroduction(tx: Tx, side: Side, id: string): Promise<boolean> {
  return await hasBegunIntroduction(tx, side, id);
}

/**
 * In another verb's transaction: one record will stand for another of its side. What a broker shortlisted, and what
 * parties asked for and nobody has opened, goes over to the match of the same partner where there is one; the rest ends
 * with its record.
 * @param ids.keepsOwnRequests whether both records are of one organization, so that what it asked for stays its own
 */
export async function carryOver(
  tx: Tx,
  ctx: Ctx,
  side: Side,
  ids: { fromId: string; toId: string; keepsOwnRequests: boolean },
): Promise<void> {
  for (const { id } of await listHandledMatches(tx, side, ids.fromId)) {
    const from = found(await lockMatch(tx, id));
    const partnerId = side === 'demand' ? from.resultId : from.demandId;
    const twin = await findPair(tx, side, ids.toId, partnerId);
    if (twin === undefined) continue;
    const to = found(await lockMatch(tx, twin.id));
    if (from.status === 'shortlisted' && to.status === 'suggested') await shortlist(tx, ctx, from, to);
    const request = await lockLiveIntroduction(tx, from.id);
    if (request?.status !== 'requested') continue;
    if (request.requestedBySide === side && !ids.keepsOwnRequests) continue;
    if (to.status !== 'suggested' && to.status !== 'shortlisted') continue;
    if ((await lockLiveIntroduction(tx, to.id)) === undefined) await moveRequest(tx, ctx, request, to);
  }
}

async function shortlist(tx: Tx, ctx: Ctx, from: MatchRow, to: MatchRow): Promise<void> {
  const now = ctx.clock.now();
  const status = nextState(matchTransitions, 'shortlist', to.status);
  await updateMatchRow(tx, to, { status, shortlistedAt: now }, now);
  const { demand } = await loadPair(tx, to);
  await audit(tx, ctx, {
    action: 'match.shortlist',
    subjectType: 'match',
    subjectId: to.id,
    marketId: demand.homeMarketId,
    fromStatus: to.status,
    toStatus: status,
    details: { carriedFrom: from.id },
  });
  await recordAnswer(tx, ctx, to.id, { action: 'shortlisted' });
  await emit(tx, ctx, { type: 'match.shortlisted', subjectType: 'match', subjectId: to.id });
}

/** It stays the request that it was, with its time to be opened; only what it is about has another name now. */
async function moveRequest(tx: Tx, ctx: Ctx, request: IntroductionRow, to: MatchRow): Promise<void> {
  const { demand, result } = await loadPair(tx, to);
  const now = ctx.clock.now();
  await updateIntroductionRow(
    tx,
    request,
    {
      matchId: to.id,
      demandId: demand.id,
      resultId: result.id,
      demandOrganizationId: demand.organizationId,
      resultOrganizationId: result.organizationId,
      marketId: demand.homeMarketId,
      resultMarketId: result.homeMarketId,
    },
    now,
  );
  await audit(tx, ctx, {
    action: 'introduction.carry_over',
    subjectType: 'introduction',
    subjectId: request.id,
    marketId: demand.homeMarketId,
    fromStatus: request.status,
    toStatus: request.status,
    details: { fromMatchId: request.matchId, matchId: to.id },
  });
  await recordAnswer(tx, ctx, to.id, {
    action: 'requested',
    side: request.requestedBySide,
    introductionId: request.id,
  });
  await emit(tx, ctx, { type: 'introduction.requested', subjectType: 'introduction', subjectId: request.id });
}
