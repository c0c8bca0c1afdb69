import { setTimeout as pause } from 'node:timers/promises';
import { actorKey } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { readTransaction, transaction } from '../../core/transaction.ts';
import { deletePreview, getPreviewRow, insertPreview, keepAnswer, takeAnswer } from '../store.ts';

const retryAfterSeconds = 5;
const pollMs = 40;

/**
 * Hands a question to a process that has an index, in a row that only its author and the worker see, and deletes it with
 * the answer.
 * @throws AppError UNAVAILABLE when no worker answers in time
 */
export async function askWorker(
  ctx: Ctx,
  type: 'match_preview.requested' | 'expert_ranking.requested',
  question: unknown,
  patienceMs: number,
): Promise<unknown> {
  const id = newId();
  await transaction(ctx, async (tx) => {
    await insertPreview(tx, { id, actor: actorKey(ctx.actor), draft: question, createdAt: ctx.clock.now() });
    await emit(tx, ctx, { type, subjectType: 'match_preview', subjectId: id });
  });
  const giveUpAtMs = performance.now() + patienceMs;
  while (performance.now() < giveUpAtMs) {
    await pause(pollMs);
    const answer = await transaction(ctx, (tx) => takeAnswer(tx, id));
    if (answer !== undefined) return answer;
  }
  await transaction(ctx, (tx) => deletePreview(tx, id));
  throw new AppError(
    'UNAVAILABLE',
    {
      zh: '匹配服务暂时没有响应，请稍后重试。',
      en: 'No worker has answered in time; try again shortly.',
    },
    { retryAfterSeconds },
  );
}

/** The worker's part. A question that was given up meanwhile needs no answer. */
export async function answerQuestion(
  ctx: Ctx,
  id: string,
  answer: (question: unknown) => Promise<unknown>,
): Promise<void> {
  const { deliveryId: _claimed, ...beforeClaim } = ctx;
  const row = await readTransaction(beforeClaim, (tx) => getPreviewRow(tx, id));
  if (row === undefined || row.answer !== null) return;
  const given = await answer(row.draft);
  await transaction(ctx, (tx) => keepAnswer(tx, id, given));
}
