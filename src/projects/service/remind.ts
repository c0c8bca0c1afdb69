import { chinaDate, plusDays } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { transaction } from '../../core/transaction.ts';
import { reminderDays } from '../rules.ts';
import { takeUntold } from '../store.ts';

const batchSize = 100;

/**
 * Tells the parties of a milestone that is due within three days, once, and once when it is overdue; one that is found
 * overdue is not announced any more. Any number of sweeps may run at once.
 */
export async function remindOfMilestones(ctx: Ctx): Promise<Record<'due' | 'overdue', number>> {
  return { overdue: await tell(ctx, 'overdue'), due: await tell(ctx, 'due') };
}

async function tell(ctx: Ctx, which: 'due' | 'overdue'): Promise<number> {
  let told = 0;
  let taken: number;
  do {
    taken = await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const today = chinaDate(now);
      const dueBefore = which === 'due' ? chinaDate(plusDays(now, reminderDays + 1)) : today;
      const ids = await takeUntold(tx, which, { today, dueBefore }, now, batchSize);
      const type = which === 'due' ? 'milestone.due' : 'milestone.overdue';
      await emit(
        tx,
        ctx,
        ids.map((subjectId) => ({ type, subjectType: 'milestone', subjectId })),
      );
      return ids.length;
    });
    told += taken;
  } while (taken === batchSize);
  return told;
}
