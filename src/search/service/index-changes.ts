import type { Ctx } from '../../core/ctx.ts';
import type { StoredMessage } from '../../core/messages.ts';
import {
  DocumentsRejectedError,
  type RejectedDocument,
  type SearchDocument,
  type SearchIndex,
  type SearchKind,
} from '../../core/search-index.ts';
import { demandSource, listIdsOfKind, portionsOf, readDocumentsOfKind, resultSource, searchKinds } from '../sources.ts';
import { parkDocuments, unparkDocuments } from '../store/parked.ts';

/** What documents are written to: an engine, or an index being made anew for it. */
export type DocumentTarget = Pick<SearchIndex, 'name' | 'upsert' | 'remove'>;

export interface RebuildProgress {
  kind: SearchKind;
  done: number;
  total: number;
}

/** After these, all records of the organization appear or disappear. */
const organizationMessages: readonly StoredMessage['type'][] = ['organization.suspended', 'organization.reinstated'];

/**
 * Brings an index up to date after a batch of messages: whatever was said about a record, its row is read again, so
 * repeats and reordering do no harm. Per kind one request to write documents, and one to remove those no longer public.
 */
export async function indexChanges(
  ctx: Ctx,
  target: DocumentTarget,
  messages: readonly StoredMessage[],
  kinds: readonly SearchKind[] = searchKinds,
): Promise<void> {
  for (const kind of kinds) await indexRecords(ctx, target, kind, await changedIds(ctx, kind, messages));
}

/**
 * Writes what the rows say now. What the engine refuses is parked with its reason, and the rest goes in.
 * @returns how many were refused
 */
export async function indexRecords(
  ctx: Ctx,
  target: DocumentTarget,
  kind: SearchKind,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0;
  const { documents, gone } = await readDocumentsOfKind(ctx, kind, ids);
  const rejected = documents.length > 0 ? await write(target, documents) : [];
  if (gone.length > 0) await target.remove(kind, gone);
  const refusedIds = new Set(rejected.map(({ id }) => id));
  const settled = ids.filter((id) => !refusedIds.has(id));
  if (settled.length > 0) await unparkDocuments(ctx.db, target.name, kind, settled);
  if (rejected.length > 0) {
    await parkDocuments(ctx.db, target.name, rejected, ctx.clock.now());
    ctx.log.warn({ index: target.name, rejected }, 'the search engine refuses documents; they are parked');
  }
  return rejected.length;
}

/** Writes every record of a kind. */
export async function indexAllRecords(
  ctx: Ctx,
  target: DocumentTarget,
  kind: SearchKind,
  onProgress?: (progress: RebuildProgress) => void,
): Promise<void> {
  await indexPortions(ctx, target, kind, await listIdsOfKind(ctx, kind), onProgress);
}

/** Writes every record that the index does not have in any version, the newest first: they are looked for most. */
export async function indexMissingRecords(
  ctx: Ctx,
  engine: SearchIndex,
  kind: SearchKind,
  onProgress?: (progress: RebuildProgress) => void,
): Promise<{ heldBefore: number }> {
  const held = await engine.versions(kind);
  const ids = (await listIdsOfKind(ctx, kind)).filter((id) => !held.has(id)).toReversed();
  await indexPortions(ctx, engine, kind, ids, onProgress);
  return { heldBefore: held.size };
}

async function indexPortions(
  ctx: Ctx,
  target: DocumentTarget,
  kind: SearchKind,
  ids: readonly string[],
  onProgress?: (progress: RebuildProgress) => void,
): Promise<void> {
  let done = 0;
  for (const portion of portionsOf(ids)) {
    await indexRecords(ctx, target, kind, portion);
    done += portion.length;
    onProgress?.({ kind, done, total: ids.length });
  }
}

async function write(
  target: DocumentTarget,
  documents: readonly SearchDocument[],
): Promise<readonly RejectedDocument[]> {
  try {
    await target.upsert(documents);
    return [];
  } catch (error) {
    if (error instanceof DocumentsRejectedError) return error.rejected;
    throw error;
  }
}

async function changedIds(ctx: Ctx, kind: SearchKind, messages: readonly StoredMessage[]): Promise<string[]> {
  const source = kind === 'demand' ? demandSource : resultSource;
  const ids = new Set(messages.filter(({ subjectType }) => subjectType === kind).map(({ subjectId }) => subjectId));
  const organizationIds = new Set(
    messages.filter(({ type }) => organizationMessages.includes(type)).map(({ subjectId }) => subjectId),
  );
  for (const organizationId of organizationIds) {
    for (const id of await source.listIdsOf(ctx.db, organizationId)) ids.add(id);
  }
  return [...ids];
}
