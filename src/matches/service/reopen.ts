import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import type { ReopenIntroduction } from '../inputs.ts';
import { mayLead } from '../policy.ts';
import { defaultWorkingDays, introductionTransitions, reintroduced, requireReopenable } from '../rules.ts';
import {
  type IntroductionRow,
  insertRound,
  lockLiveIntroduction,
  updateIntroductionRow,
  updateMatchRow,
} from '../store.ts';
import type { IntroductionView } from '../views.ts';
import {
  type IntroductionTerms,
  lockIntroductionOf,
  organizationsOf,
  refuseExcluded,
  requirePublic,
  timesOf,
} from './introduce.ts';
import { viewIntroduction } from './introductions.ts';
import { recordAnswer } from './record-answer.ts';

/**
 * The broker who leads opens a declined or lapsed introduction once more: both parties are asked again, with new times.
 * The answers given so far stay with their round. See docs/adr/0023.
 * @throws AppError INVALID_STATE unless it has ended without both accepting and its match can follow, CONFLICT after the
 *   last round and while another introduction of the match is asked for or open
 */
export async function reopenIntroduction(
  ctx: Ctx,
  id: string,
  input: ReopenIntroduction,
  expectedVersion: number | null,
  { workingDays }: IntroductionTerms = { workingDays: defaultWorkingDays },
): Promise<IntroductionView> {
  return await transaction(ctx, async (tx) => {
    const { row, match, pair } = await lockIntroductionOf(tx, ctx.actor, id);
    mayLead(ctx.actor, pair);
    checkVersion(row.version, expectedVersion);
    const status = nextState(introductionTransitions, 'reopen', row.status);
    requireReopenable(row.round);
    if (await lockLiveIntroduction(tx, match.id)) throw anotherIsLive();
    const introduced = reintroduced(match.status);
    requirePublic(ctx, pair);
    await refuseRestricted(tx, ctx, 'introduction.reopen', organizationsOf(pair));
    await refuseExcluded(tx, pair);
    const now = ctx.clock.now();
    await keepRound(tx, ctx, row, input.reason);
    const reopened = await updateIntroductionRow(
      tx,
      row,
      {
        status,
        round: row.round + 1,
        openedAt: now,
        closedAt: null,
        remindedAt: null,
        escalatedAt: null,
        ...(ctx.actor.kind === 'user' ? { assignedToUserId: ctx.actor.userId } : {}),
        ...timesOf(ctx, workingDays),
        ...(input.message === undefined ? {} : { message: input.message }),
      },
      now,
    );
    await updateMatchRow(tx, match, { status: introduced }, now);
    await audit(tx, ctx, {
      action: 'introduction.reopen',
      subjectType: 'introduction',
      subjectId: id,
      marketId: pair.demand.homeMarketId,
      fromStatus: row.status,
      toStatus: status,
      details: { round: reopened.round },
    });
    await emit(tx, ctx, { type: 'introduction.reopened', subjectType: 'introduction', subjectId: id });
    await recordAnswer(tx, ctx, match.id, { action: 'reopened', introductionId: id });
    return await viewIntroduction(tx, ctx, reopened);
  });
}

async function keepRound(tx: Tx, ctx: Ctx, row: IntroductionRow, reopenReason: string): Promise<void> {
  const { id, round, openedAt, dueAt, escalatedAt, closedAt } = row;
  await insertRound(tx, {
    introductionId: id,
    round,
    outcome: row.status === 'declined' ? 'declined' : 'lapsed',
    openedAt,
    dueAt,
    escalatedAt,
    closedAt,
    reopenedAt: ctx.clock.now(),
    reopenedByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : row.openedByUserId,
    reopenReason,
  });
}

function anotherIsLive() {
  return conflict({
    zh: '该匹配已有进行中的对接。',
    en: 'Another introduction of this match is asked for or open.',
  });
}
