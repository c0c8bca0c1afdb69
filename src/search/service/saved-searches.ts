import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Page } from '../../core/paging.ts';
import { type Db, readTransaction, transaction } from '../../core/transaction.ts';
import type { CreateSavedSearch } from '../inputs.ts';
import { maySaveSearches, owner } from '../policy.ts';
import { maxSavedSearches } from '../rules.ts';
import {
  deleteSavedSearch as deleteRow,
  findSavedSearch,
  findSavedSearches,
  insertSavedSearch,
  listSavedSearchesOf,
  lockSavedSearchesOf,
  type SavedSearchRow,
} from '../store.ts';
import { type SavedSearchView, toSavedSearchView } from '../views.ts';

/**
 * Keeps a search whose owner is told when something that it finds is published. What one looks for is one's own
 * business: no message, no audit entry.
 * @throws AppError INVALID_INPUT for a search that finds everything, CONFLICT when the person has as many as one may have
 */
export async function saveSearch(ctx: Ctx, input: CreateSavedSearch): Promise<SavedSearchView> {
  const { userId, organizationId } = maySaveSearches(ctx.actor);
  const { name, kind, filters = {} } = input;
  const q = (input.q ?? '').trim();
  if (q === '' && Object.keys(filters).length === 0) {
    throw invalidInput({
      pointer: '/q',
      code: 'required',
      message: { zh: '请给出搜索词或至少一个筛选条件', en: 'give words or at least one filter' },
    });
  }
  return await transaction(ctx, async (tx) => {
    await lockSavedSearchesOf(tx, userId);
    if ((await listSavedSearchesOf(tx, userId)).length >= maxSavedSearches) {
      throw conflict({
        zh: `最多可保存 ${maxSavedSearches} 个搜索，请先删除不用的。`,
        en: `One person may save ${maxSavedSearches} searches; delete one that is not used.`,
      });
    }
    const now = ctx.clock.now();
    const row = { id: newId(), userId, organizationId, name: name.trim(), kind, q, filters };
    return toSavedSearchView(found(await insertSavedSearch(tx, { ...row, lookedAt: now, createdAt: now })));
  });
}

/** All of the person's, in one page: there are few. */
export async function listSavedSearches(ctx: Ctx): Promise<Page<SavedSearchView>> {
  const { userId } = owner(ctx.actor);
  const rows = await readTransaction(ctx, (tx) => listSavedSearchesOf(tx, userId));
  return { items: rows.map(toSavedSearchView), nextCursor: null };
}

export async function getSavedSearch(ctx: Ctx, id: string): Promise<SavedSearchView> {
  const { userId } = owner(ctx.actor);
  const row = await readTransaction(ctx, (tx) => findSavedSearch(tx, id));
  return toSavedSearchView(found(row?.userId === userId ? row : undefined));
}

export async function deleteSavedSearch(ctx: Ctx, id: string): Promise<void> {
  const { userId } = owner(ctx.actor);
  await transaction(ctx, async (tx) => {
    found(await deleteRow(tx, userId, id));
    return null;
  });
}

/** For notices about them; without those that are gone. */
export async function getSavedSearchRows(db: Db, ids: readonly string[]): Promise<SavedSearchRow[]> {
  return await findSavedSearches(db, ids);
}
