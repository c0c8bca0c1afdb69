import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict } from '../../core/errors.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { markDemandInNegotiation } from '../../demands/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { AcceptIntroduction, DeclineIntroduction } from '../inputs.ts';
import { mayActFor, type Side } from '../policy.ts';
import { introductionTransitions, matchTransitions } from '../rules.ts';
import {
  type IntroductionRow,
  insertAnswer,
  insertDisclosures,
  listCurrentAnswers,
  type MatchRow,
  updateIntroductionRow,
  updateMatchRow,
} from '../store.ts';
import type { IntroductionView } from '../views.ts';
import { lockIntroductionOf, organizationsOf, requirePublic } from './introduce.ts';
import { viewIntroduction } from './introductions.ts';
import { recordAnswer } from './record-answer.ts';

/**
 * One party accepts: any member of an enterprise; of a university the member whose record it is, or an admin. When both
 * have, each is let in to the other's contact and detail and the demand is in negotiation.
 * @throws AppError INVALID_STATE unless the introduction is open and both records are public, CONFLICT for a second answer
 */
export async function acceptIntroduction(
  ctx: Ctx,
  id: string,
  input: AcceptIntroduction,
  expectedVersion: number | null,
): Promise<IntroductionView> {
  return await answer(ctx, id, { answer: 'accept', reason: null, comment: input.comment ?? null }, expectedVersion);
}

/** One decline closes the introduction. @throws as `acceptIntroduction` */
export async function declineIntroduction(
  ctx: Ctx,
  id: string,
  input: DeclineIntroduction,
  expectedVersion: number | null,
): Promise<IntroductionView> {
  return await answer(
    ctx,
    id,
    { answer: 'decline', reason: input.reason, comment: input.comment ?? null },
    expectedVersion,
  );
}

interface Answer {
  answer: 'accept' | 'decline';
  reason: string | null;
  comment: string | null;
}

async function answer(ctx: Ctx, id: string, given: Answer, expectedVersion: number | null): Promise<IntroductionView> {
  return await transaction(ctx, async (tx) => {
    const { row, match, pair } = await lockIntroductionOf(tx, ctx.actor, id);
    const side = mayActFor(ctx.actor, pair);
    checkVersion(row.version, expectedVersion);
    const closed = nextState(introductionTransitions, given.answer, row.status);
    if (given.reason !== null)
      await checkTerms(tx, [{ vocabulary: 'decline-reasons', code: given.reason, pointer: '/reason' }]);
    const others = await listCurrentAnswers(tx, [id]);
    if (others.some((other) => other.side === side)) throw answeredAlready();
    if (given.answer === 'accept') requirePublic(ctx, pair);
    // A restricted party answers nothing; the other may still decline.
    const concerned = given.answer === 'accept' ? organizationsOf(pair) : [pair[side].organizationId];
    await refuseRestricted(tx, ctx, `introduction.${given.answer}`, concerned);
    const now = ctx.clock.now();
    const answeredByUserId = ctx.actor.kind === 'user' ? ctx.actor.userId : '';
    const { round } = row;
    await insertAnswer(tx, { introductionId: id, round, side, ...given, answeredByUserId, answeredAt: now });
    const isLast = given.answer === 'decline' || others.length > 0;
    const updated = isLast
      ? await close(tx, ctx, { row, match, status: closed })
      : await updateIntroductionRow(tx, row, {}, now);
    await tellOfAnswer(tx, ctx, { before: row, after: updated, side, given });
    const action = given.answer === 'accept' ? 'accepted' : 'declined';
    await recordAnswer(tx, ctx, match.id, { action, side, reason: given.reason, introductionId: id });
    return await viewIntroduction(tx, ctx, updated);
  });
}

async function close(
  tx: Tx,
  ctx: Ctx,
  { row, match, status }: { row: IntroductionRow; match: MatchRow; status: IntroductionRow['status'] },
): Promise<IntroductionRow> {
  const now = ctx.clock.now();
  const step = status === 'accepted' ? 'accept' : 'decline';
  await updateMatchRow(tx, match, { status: nextState(matchTransitions, step, match.status) }, now);
  const closed = await updateIntroductionRow(tx, row, { status, closedAt: now }, now);
  if (status === 'accepted') {
    await insertDisclosures(tx, closed, now);
    await markDemandInNegotiation(tx, ctx, row.demandId);
  }
  return closed;
}

/** An answer tells the other party; the one that closes tells everybody. */
async function tellOfAnswer(
  tx: Tx,
  ctx: Ctx,
  { before, after, side, given }: { before: IntroductionRow; after: IntroductionRow; side: Side; given: Answer },
): Promise<void> {
  await audit(tx, ctx, {
    action: `introduction.${given.answer}`,
    subjectType: 'introduction',
    subjectId: before.id,
    marketId: before.marketId,
    fromStatus: before.status,
    toStatus: after.status,
    details: { side, ...(given.reason === null ? {} : { reason: given.reason }) },
  });
  await emit(tx, ctx, {
    type: closingMessages[after.status] ?? 'introduction.answered',
    subjectType: 'introduction',
    subjectId: before.id,
  });
}

const closingMessages: Partial<Record<IntroductionRow['status'], MessageType>> = {
  accepted: 'introduction.accepted',
  declined: 'introduction.declined',
};

function answeredAlready() {
  return conflict({ zh: '本方已经答复过。', en: 'This side has answered already.' });
}
