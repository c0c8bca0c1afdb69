import { rehomeContracts } from '../../src/contracts/service.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { transaction } from '../../src/core/transaction.ts';
import { rehomeDemands } from '../../src/demands/service.ts';
import { rehomeIntroductions } from '../../src/matches/service.ts';
import { rehomeProjects } from '../../src/projects/service.ts';
import { rehomeResults } from '../../src/results/service.ts';
import type { Owed } from '../handler.ts';

/** A new market takes over the records of its region, their introductions, the projects of its demands and their contracts; their organizations went over when it was made. */
export async function rehomeRecords(ctx: Ctx, { message }: Owed): Promise<void> {
  await transaction(ctx, async (tx) => {
    await rehomeDemands(tx, ctx, message.subjectId);
    await rehomeResults(tx, ctx, message.subjectId);
    await rehomeIntroductions(tx, message.subjectId);
    await rehomeProjects(tx, ctx, message.subjectId);
    await rehomeContracts(tx);
  });
}
