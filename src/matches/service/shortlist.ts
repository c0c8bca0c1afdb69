import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { DismissMatch } from '../inputs.ts';
import { mayLead, type Pair } from '../policy.ts';
import { introductionTransitions, matchTransitions } from '../rules.ts';
import { lockLiveIntroduction, lockMatch, type MatchRow, updateIntroductionRow, updateMatchRow } from '../store.ts';
import type { MatchView } from '../views.ts';
import { viewMatch } from './matches.ts';
import { recordAnswer } from './record-answer.ts';
import { loadPair } from './sides.ts';

export async function shortlistMatch(ctx: Ctx, id: string, expectedVersion: number | null): Promise<MatchView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockMatch(tx, id));
    const pair = await loadPair(tx, row);
    mayLead(ctx.actor, pair);
    checkVersion(row.version, expectedVersion);
    const status = nextState(matchTransitions, 'shortlist', row.status);
    const now = ctx.clock.now();
    const updated = await updateMatchRow(tx, row, { status, shortlistedAt: now }, now);
    await recordStep(tx, ctx, pair, row, updated, 'shortlist');
    await recordAnswer(tx, ctx, id, { action: 'shortlisted' });
    await emit(tx, ctx, { type: 'match.shortlisted', subjectType: 'match', subjectId: id });
    return await viewMatch(tx, ctx, updated);
  });
}

/** A dismissed pair stays away until one of its records changes. A party's request to be introduced ends with it. */
export async function dismissMatch(
  ctx: Ctx,
  id: string,
  input: DismissMatch,
  expectedVersion: number | null,
): Promise<MatchView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockMatch(tx, id));
    const pair = await loadPair(tx, row);
    mayLead(ctx.actor, pair);
    checkVersion(row.version, expectedVersion);
    await checkTerms(tx, [{ vocabulary: 'dismiss-reasons', code: input.reason, pointer: '/reason' }]);
    const status = nextState(matchTransitions, 'dismiss', row.status);
    const now = ctx.clock.now();
    const dismissal = { dismissReason: input.reason, dismissComment: input.comment ?? null, dismissedAt: now };
    const updated = await updateMatchRow(tx, row, { status, ...dismissal }, now);
    await recordStep(tx, ctx, pair, row, updated, 'dismiss', { reason: input.reason });
    await recordAnswer(tx, ctx, id, { action: 'dismissed', reason: input.reason });
    await emit(tx, ctx, { type: 'match.dismissed', subjectType: 'match', subjectId: id });
    await cancelRequest(tx, ctx, pair, id);
    return await viewMatch(tx, ctx, updated);
  });
}

async function cancelRequest(tx: Tx, ctx: Ctx, pair: Pair, matchId: string): Promise<void> {
  const request = await lockLiveIntroduction(tx, matchId);
  if (request === undefined) return;
  const now = ctx.clock.now();
  const status = nextState(introductionTransitions, 'cancel', request.status);
  await updateIntroductionRow(tx, request, { status, closedAt: now }, now);
  await audit(tx, ctx, {
    action: 'introduction.cancel',
    subjectType: 'introduction',
    subjectId: request.id,
    marketId: pair.demand.homeMarketId,
    fromStatus: request.status,
    toStatus: status,
  });
  await emit(tx, ctx, { type: 'introduction.declined', subjectType: 'introduction', subjectId: request.id });
}

async function recordStep(
  tx: Tx,
  ctx: Ctx,
  pair: Pair,
  before: MatchRow,
  after: MatchRow,
  step: string,
  details: Record<string, unknown> = {},
): Promise<void> {
  await audit(tx, ctx, {
    action: `match.${step}`,
    subjectType: 'match',
    subjectId: before.id,
    marketId: pair.demand.homeMarketId,
    fromStatus: before.status,
    toStatus: after.status,
    details,
  });
}
