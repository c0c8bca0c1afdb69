import type { Ctx } from '../../src/core/ctx.ts';
import { transaction } from '../../src/core/transaction.ts';
import { releaseDemandsOf } from '../../src/demands/service.ts';
import { releaseIntroductionsOf } from '../../src/matches/service.ts';
import { releaseResultsOf } from '../../src/results/service.ts';
import type { Owed } from '../handler.ts';

/** What a person who has left had in hand waits for anybody of the market again. */
export async function releaseWork(ctx: Ctx, { message }: Owed): Promise<void> {
  await transaction(ctx, async (tx) => {
    await releaseDemandsOf(tx, ctx, message.subjectId);
    await releaseResultsOf(tx, ctx, message.subjectId);
    await releaseIntroductionsOf(tx, ctx, message.subjectId);
  });
}
