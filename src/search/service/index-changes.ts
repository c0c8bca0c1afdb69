import type { Ctx } from '../../core/ctx.ts';
import type { StoredMessage } from '../../core/messages.ts';
import type { SearchDocument } from '../../core/search-index.ts';
import { demandSource, readDocuments, resultSource, type Source } from '../sources.ts';

/** After these, all records of the organization appear or disappear. */
const organizationMessages: readonly StoredMessage['type'][] = ['organization.suspended', 'organization.reinstated'];

/**
 * Brings the index up to date after a batch of messages: whatever was said about a record, its row is read again, so
 * repeats and reordering do no harm. One request to write documents, and one per kind to remove those no longer public.
 */
export async function indexChanges(ctx: Ctx, messages: readonly StoredMessage[]): Promise<void> {
  const demands = await changesOf(ctx, demandSource, messages);
  const results = await changesOf(ctx, resultSource, messages);
  const documents = [...demands.documents, ...results.documents];
  if (documents.length > 0) await ctx.searchIndex.upsert(documents);
  if (demands.gone.length > 0) await ctx.searchIndex.remove('demand', demands.gone);
  if (results.gone.length > 0) await ctx.searchIndex.remove('result', results.gone);
}

async function changesOf<Row extends { id: string }, View>(
  ctx: Ctx,
  source: Source<Row, View>,
  messages: readonly StoredMessage[],
): Promise<{ documents: SearchDocument[]; gone: string[] }> {
  const ids = new Set(
    messages.filter(({ subjectType }) => subjectType === source.kind).map(({ subjectId }) => subjectId),
  );
  const organizationIds = new Set(
    messages.filter(({ type }) => organizationMessages.includes(type)).map(({ subjectId }) => subjectId),
  );
  for (const organizationId of organizationIds) {
    for (const id of await source.listIdsOf(ctx.db, organizationId)) ids.add(id);
  }
  return await readDocuments(ctx, source, [...ids]);
}
