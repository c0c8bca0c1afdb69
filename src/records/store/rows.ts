import { and, desc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import { among } from '../../../db/among.ts';
import { type demands, organizations } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import { prepared } from '../../core/prepared.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import {
  type DueFilter,
  dueCondition,
  firstPage,
  isFirstPage,
  listCondition,
  listOrder,
  type OwnerFacts,
  ownerColumns,
  pendingCondition,
  type RecordFilter,
  type RecordTable,
  type ReviewFilter,
  reviewCondition,
  type Within,
  writtenLimit,
} from '../store.ts';

/** A row of a kind of record, with what is said of its owner. */
export type RecordRow<Table extends RecordTable> = Table['$inferSelect'] & OwnerFacts;

/**
 * The queries of a kind of record that answer with its rows, alike for both.
 * @param kind names the statements that are prepared
 */
export function recordRows<Table extends RecordTable>(table: Table, kind: 'demand' | 'result') {
  type Row = RecordRow<Table>;
  // Both have all that is asked for here; a union of tables has no query of its own, and its rows have the columns of neither.
  const of = table as unknown as typeof demands;
  const asRows = (rows: unknown) => rows as Row[];

  function select(db: Db) {
    return db
      .select({ ...getTableColumns(of), ...ownerColumns })
      .from(of)
      .innerJoin(organizations, eq(organizations.id, of.organizationId));
  }

  const getPrepared = prepared((db) =>
    select(db)
      .where(eq(of.id, sql.placeholder('id')))
      .prepare(`get_${kind}`),
  );

  async function get(db: Db, id: string): Promise<Row | undefined> {
    return asRows(await getPrepared(db, { id }))[0];
  }

  const getManyPrepared = prepared((db) =>
    select(db)
      .where(among(of.id, sql.placeholder('ids')))
      .prepare(`get_${kind}s`),
  );

  async function getMany(db: Db, ids: readonly string[]): Promise<Row[]> {
    const [id] = ids;
    if (id === undefined) return [];
    // PostgreSQL plans for an array anew each time, and most ask for one.
    return asRows(await (ids.length === 1 ? getPrepared(db, { id }) : getManyPrepared(db, { ids })));
  }

  const lockPrepared = prepared((db) =>
    select(db)
      .where(eq(of.id, sql.placeholder('id')))
      .for('update', { of })
      .prepare(`lock_${kind}`),
  );

  async function lock(tx: Tx, id: string): Promise<Row | undefined> {
    return asRows(await lockPrepared(tx, { id }))[0];
  }

  /** One version later. */
  async function update(tx: Tx, row: Row, changes: object, now: Date): Promise<Row> {
    const [updated] = await tx
      .update(of)
      .set({ ...changes, version: row.version + 1, updatedAt: now })
      .where(eq(of.id, row.id))
      .returning();
    return { ...row, ...updated };
  }

  const listFirstPrepared = prepared((db) =>
    select(db)
      .where(listCondition(of, firstPage))
      .orderBy(...listOrder(of, firstPage))
      .limit(writtenLimit(firstPage.limit + 1))
      .prepare(`list_first_${kind}s`),
  );

  async function list(db: Db, filter: RecordFilter): Promise<Row[]> {
    if (isFirstPage(filter)) return asRows(await listFirstPrepared(db, { now: filter.now.toISOString() }));
    return asRows(
      await select(db)
        .where(listCondition(of, filter))
        .orderBy(...listOrder(of, filter))
        .limit(filter.limit + 1),
    );
  }

  async function lockDue(tx: Tx, due: DueFilter): Promise<Row[]> {
    return asRows(
      await select(tx)
        .where(dueCondition(of, due))
        .orderBy(of.id)
        .limit(due.limit)
        .for('update', { of, skipLocked: true }),
    );
  }

  async function listReviews(
    db: Db,
    filter: ReviewFilter,
    { after, limit }: { after: PageKey | null; limit: number },
  ): Promise<Row[]> {
    return asRows(
      await select(db)
        .where(and(reviewCondition(of, filter), after === null ? undefined : gt(of.id, after.id)))
        .orderBy(of.id)
        .limit(limit),
    );
  }

  /** The newest of what is not public, or no longer. */
  async function listPending(db: Db, within: Exclude<Within, null>, limit: number): Promise<Row[]> {
    return asRows(await select(db).where(pendingCondition(of, within)).orderBy(desc(of.id)).limit(limit));
  }

  return { get, getMany, lock, update, list, lockDue, listReviews, listPending };
}
