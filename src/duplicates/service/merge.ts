import type { Ctx } from '../../core/ctx.ts';
import { conflict, found } from '../../core/errors.ts';
import type { SearchKind } from '../../core/search-index.ts';
import { transaction } from '../../core/transaction.ts';
import { mergeDemand, unmergeDemand, viewDemand } from '../../demands/service.ts';
import type { DemandView } from '../../demands/views.ts';
import { carryOver, isInIntroduction } from '../../matches/service.ts';
import { mergeResult, unmergeResult, viewResult } from '../../results/service.ts';
import type { ResultView } from '../../results/views.ts';
import type { MergeDuplicate } from '../inputs.ts';
import { rowsOf } from './rows.ts';

interface Asked {
  id: string;
  expectedVersion: number | null;
}

/**
 * Closes a record as a duplicate of another, which stands for both from then on. See docs/adr/0032 for what goes over.
 * @throws AppError CONFLICT where parties are speaking over the record: then it is the one to stay
 */
export async function mergeDuplicate(
  ctx: Ctx,
  side: SearchKind,
  input: Asked & MergeDuplicate,
): Promise<DemandView | ResultView> {
  return await transaction(ctx, async (tx) => {
    const row = side === 'demand' ? await mergeDemand(tx, ctx, input) : await mergeResult(tx, ctx, input);
    if (await isInIntroduction(tx, side, row.id)) {
      throw conflict({
        zh: '这条记录有进行中或已成功的对接，请保留它，把另一条并入。',
        en: 'The parties of an introduction speak over this record; let it stay, and merge the other into it.',
      });
    }
    const into = found((await rowsOf(tx, side, [input.intoId]))[0]);
    await carryOver(tx, ctx, side, {
      fromId: row.id,
      toId: into.id,
      keepsOwnRequests: row.organizationId === into.organizationId,
    });
    return 'problem' in row ? await viewDemand(tx, ctx, row) : await viewResult(tx, ctx, row);
  });
}

/** Back to review; what went over to the other record stays there. */
export async function unmergeDuplicate(
  ctx: Ctx,
  side: SearchKind,
  input: Asked & { reason: string },
): Promise<DemandView | ResultView> {
  return side === 'demand' ? await unmergeDemand(ctx, input) : await unmergeResult(ctx, input);
}
