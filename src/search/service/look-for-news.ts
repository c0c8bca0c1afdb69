import { listActiveMembers } from '../../auth/service.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import type { SearchKind } from '../../core/search-index.ts';
import { type Db, readTransaction, transaction } from '../../core/transaction.ts';
import type { SavedFilters } from '../inputs.ts';
import { chinaDayStart, publishedSince } from '../rules.ts';
import { demandSource, resultSource, type Source, type SourceRow } from '../sources.ts';
import { indexedUntil } from '../store/cursors.ts';
import {
  deleteMatches,
  deleteSavedSearch,
  insertMatches,
  listDueSavedSearches,
  lockSavedSearch,
  type SavedSearchRow,
  updateLook,
} from '../store.ts';
import { filtersOf } from './filters.ts';

/** A search that found nothing is not asked again before this. */
const restMs = 300_000;
const searchesPerRead = 200;
/** One notice counts so many at most; nobody reads more. */
const maxHits = 200;

interface Publication {
  recordId: string;
  publishedAt: Date;
}

/**
 * Asks the index, for every saved search that has told nothing today, for what was published since it was last looked at,
 * and owes its owner a notice where there is something. Searches of people who have left their organization are deleted.
 * While the index is being filled nothing is looked at: what it does not show would count as told. It is looked for afterwards.
 */
export async function lookAtSavedSearches(ctx: Ctx): Promise<{ looked: number; noticed: number }> {
  const now = ctx.clock.now();
  const due = { lookedBefore: new Date(now.getTime() - restMs), silentSince: chinaDayStart(now) };
  const done = { looked: 0, noticed: 0 };
  let afterId: string | null = null;
  for (;;) {
    const range = { ...due, afterId, limit: searchesPerRead };
    const searches: SavedSearchRow[] = await readTransaction(ctx, (tx) => listDueSavedSearches(tx, range));
    const members = await listActiveMembers(ctx.db, [...new Set(searches.map((saved) => saved.organizationId))]);
    const present = new Set(members.map(({ userId, organizationId }) => `${userId}@${organizationId}`));
    for (const saved of searches) {
      if (!present.has(`${saved.userId}@${saved.organizationId}`)) await forget(ctx, saved);
      else {
        const told = await lookAt(ctx, saved);
        if (told === null) return done;
        if (told) done.noticed += 1;
      }
      done.looked += 1;
    }
    const last = searches.at(-1);
    if (last === undefined || searches.length < searchesPerRead) return done;
    afterId = last.id;
  }
}

async function forget(ctx: Ctx, { userId, id }: SavedSearchRow): Promise<void> {
  await transaction(ctx, (tx) => deleteSavedSearch(tx, userId, id));
}

/** Whether there is something to tell; null while the index cannot say. Of two processes at the same search, one goes on. */
async function lookAt(ctx: Ctx, saved: SavedSearchRow): Promise<boolean | null> {
  const now = ctx.clock.now();
  // Before the search, which may then know more.
  const lookedAt = await indexedUntil(ctx.db, now);
  const since = publishedSince(saved);
  const { kind, q } = saved;
  const answer = await ctx.searchIndex.search({
    kind,
    q,
    filters: { ...filtersOf(saved.filters as SavedFilters), publishedAfter: since, validAt: now },
    facets: [],
    sort: 'newest',
    offset: 0,
    limit: maxHits,
    highlight: false,
    everyWord: true,
  });
  if (answer.degraded) return null;
  const ids = answer.hits.map(({ id }) => id);
  return await transaction(ctx, async (tx) => {
    const row = await lockSavedSearch(tx, saved.id, saved.lookedAt);
    if (row === undefined) return false;
    await deleteMatches(tx, row.id, since);
    const published = await publicationsOf(tx, kind, ids, { now, since, notOf: row.organizationId });
    const fresh = await insertMatches(tx, row.id, published);
    if (fresh === 0) {
      await updateLook(tx, row.id, { lookedAt });
      return false;
    }
    await updateLook(tx, row.id, { lookedAt, noticedAt: now, noticedCount: fresh });
    await emit(tx, ctx, { type: 'search.matched', subjectType: 'saved_search', subjectId: row.id });
    return true;
  });
}

/** What the rows say of what the index found: public now, published since, and not by the reader's own organization. */
async function publicationsOf(
  db: Db,
  kind: SearchKind,
  ids: readonly string[],
  wanted: { now: Date; since: Date; notOf: string },
): Promise<Publication[]> {
  return kind === 'demand'
    ? await publicRows(db, demandSource, ids, wanted)
    : await publicRows(db, resultSource, ids, wanted);
}

async function publicRows<Row extends SourceRow & { organizationId: string; publishedAt: Date | null }, View>(
  db: Db,
  source: Source<Row, View>,
  ids: readonly string[],
  { now, since, notOf }: { now: Date; since: Date; notOf: string },
): Promise<Publication[]> {
  const rows = await source.getRows(db, ids);
  return rows.flatMap((row) => {
    const { id, publishedAt, organizationId } = row;
    if (publishedAt === null || publishedAt < since || organizationId === notOf) return [];
    return source.isPublic(row, now) ? [{ recordId: id, publishedAt }] : [];
  });
}
