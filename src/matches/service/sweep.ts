import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { type DueStep, dueSteps, introductionTransitions, matchTransitions } from '../rules.ts';
import {
  type IntroductionRow,
  lockDueIntroductions,
  type MatchRow,
  updateIntroductionRow,
  updateMatchRow,
} from '../store.ts';
import { recordAnswer } from './record-answer.ts';

export type SweepOutcome = Record<DueStep, number>;

const batchSize = 100;

const stepMessages = {
  remind: 'introduction.reminded',
  escalate: 'introduction.escalated',
  lapse: 'introduction.lapsed',
} as const satisfies Record<DueStep, MessageType>;

/** Reminds, escalates and lets lapse what is due or has lost its demand or result, in batches of one transaction each. Any number of sweeps may run at once. */
export async function sweepIntroductions(ctx: Ctx): Promise<SweepOutcome> {
  const outcome: SweepOutcome = { remind: 0, escalate: 0, lapse: 0 };
  for (let taken = batchSize; taken === batchSize; ) {
    const steps = await transaction(ctx, async (tx) => await sweepBatch(tx, ctx));
    taken = steps.length;
    for (const step of steps.flat()) outcome[step] += 1;
  }
  return outcome;
}

async function sweepBatch(tx: Tx, ctx: Ctx): Promise<DueStep[][]> {
  const now = ctx.clock.now();
  const due = await lockDueIntroductions(tx, now, batchSize);
  const taken: DueStep[][] = [];
  for (const { introduction, match, isOver } of due) {
    const steps: DueStep[] = isOver ? ['lapse'] : dueSteps(introduction, now);
    if (steps.includes('lapse')) await lapse(tx, ctx, introduction, match, isOver);
    else {
      const marks = {
        ...(steps.includes('remind') ? { remindedAt: now } : {}),
        ...(steps.includes('escalate') ? { escalatedAt: now } : {}),
      };
      await updateIntroductionRow(tx, introduction, marks, now);
    }
    taken.push(steps);
  }
  await emit(
    tx,
    ctx,
    due.flatMap(({ introduction }, at) =>
      (taken[at] ?? []).map((step) => ({
        type: stepMessages[step],
        subjectType: 'introduction' as const,
        subjectId: introduction.id,
      })),
    ),
  );
  return taken;
}

/** What nobody opened leaves its match where it was; what was open and unanswered takes its match along. */
async function lapse(tx: Tx, ctx: Ctx, introduction: IntroductionRow, match: MatchRow, isOver: boolean): Promise<void> {
  const now = ctx.clock.now();
  const status = nextState(introductionTransitions, 'lapse', introduction.status);
  await updateIntroductionRow(tx, introduction, { status, closedAt: now }, now);
  if (introduction.status === 'open') {
    await updateMatchRow(tx, match, { status: nextState(matchTransitions, 'lapse', match.status) }, now);
  }
  await audit(tx, ctx, {
    action: 'introduction.lapse',
    subjectType: 'introduction',
    subjectId: introduction.id,
    marketId: introduction.marketId,
    fromStatus: introduction.status,
    toStatus: status,
  });
  const reason = isOver ? 'record_ended' : introduction.status === 'open' ? 'not_answered' : 'not_opened';
  const side = introduction.status === 'requested' ? introduction.requestedBySide : null;
  await recordAnswer(tx, ctx, match.id, { action: 'lapsed', side, reason, introductionId: introduction.id });
}
