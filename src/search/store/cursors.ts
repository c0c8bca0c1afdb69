import { eq, sql } from 'drizzle-orm';
import { cursors } from '../../../db/schema/index.ts';
import type { RebuildableIndex, SearchIndex } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';

/** Of the reader that keeps this engine's index in step; its cursor has the same name. */
export function indexReaderName({ name }: Pick<SearchIndex, 'name'>): string {
  return name === 'postgres' ? 'search-index' : `search-index-${name}`;
}

/** Of the row of `cursors` that says that PostgreSQL's index is filled: for statements that read the index, too, and so see one moment. */
export const filledMark = sql`${cursors.name} = ${indexReaderName({ name: 'postgres' })}`;

/** An engine gets its cursor when its index has been filled, and loses it with the index. */
export async function isIndexFilled(db: Db, engine: Pick<SearchIndex, 'name'>): Promise<boolean> {
  return (await findFilledIndex(db, engine)) !== null;
}

/** Everything that was said before this moment, and not after `now`, is in PostgreSQL's index. */
export async function indexedUntil(db: Db, now: Date): Promise<Date> {
  const { rows } = await db.execute<{ at: Date }>(sql`
    select m.created_at as at from messages m, cursors where ${filledMark} and (m.xid, m.id) > (cursors.xid, cursors.message_id)
    order by m.xid, m.id limit 1`);
  const unreadAt = rows[0]?.at;
  return unreadAt !== undefined && unreadAt < now ? unreadAt : now;
}

/** The identity of the index that was filled; itself null for one that has none, or from before identities were kept. */
export async function findFilledIndex(
  db: Db,
  engine: Pick<SearchIndex, 'name'>,
): Promise<{ identity: string | null } | null> {
  const [row] = await db
    .select({ identity: cursors.targetIdentity })
    .from(cursors)
    .where(eq(cursors.name, indexReaderName(engine)));
  return row ?? null;
}

export async function keepIndexIdentity(
  db: Db,
  engine: Pick<SearchIndex, 'name'>,
  identity: string | null,
): Promise<void> {
  await db
    .update(cursors)
    .set({ targetIdentity: identity })
    .where(eq(cursors.name, indexReaderName(engine)));
}

/** Whether what the engine searches is what was filled: not another server's index, nor one that somebody else has made. */
export async function isIndexOurs(
  db: Db,
  engine: Pick<SearchIndex & RebuildableIndex, 'name' | 'identity'>,
): Promise<boolean> {
  const filled = await findFilledIndex(db, engine);
  if (filled === null) return false;
  const identity = await engine.identity();
  return identity !== null && (filled.identity === null || filled.identity === identity);
}
