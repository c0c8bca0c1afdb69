import type { Ctx } from '../../src/core/ctx.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { type MatchIndex, refreshMatches } from '../../src/matches/service.ts';

/** Scores what a record's change may have altered. `xid` says how far the index must have read before. */
export async function refreshMatchesOf(ctx: Ctx, message: StoredMessage, index: MatchIndex): Promise<void> {
  const { subjectType, subjectId, xid } = message;
  await refreshMatches(ctx, { subjectType, subjectId, xid }, index);
}
