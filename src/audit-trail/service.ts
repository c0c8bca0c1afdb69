import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../core/paging.ts';
import type { ListAuditEntries } from './inputs.ts';
import { auditScopeOf } from './policy.ts';
import { listEntryRows } from './store.ts';
import { type AuditEntryView, toAuditEntryView } from './views.ts';

export type { Head } from './rules.ts';
export { sealEntries, verifyChain } from './service/chain.ts';
export { summarizeUnsealed } from './store/chain.ts';

/**
 * Who did what to a subject, newest first.
 * @throws AppError NOT_FOUND when there is no entry that the actor may read
 */
export async function listAuditEntries(ctx: Ctx, query: ListAuditEntries): Promise<Page<AuditEntryView>> {
  const { limit = 20, subject } = query;
  const scope = auditScopeOf(ctx.actor);
  const after = decodeCursor(query.cursor);
  const rows = await listEntryRows(ctx.db, { subjectId: subject, scope, after, limit });
  if (rows.length === 0 && after === null) throw notFound();
  return toPage(rows, limit, (row) => ({ at: row.at.toISOString(), id: row.id }), toAuditEntryView);
}
